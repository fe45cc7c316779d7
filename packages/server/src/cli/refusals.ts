import { errorCode } from '../platform/data-directory.ts'
import { ApiError } from '../platform/errors.ts'
import { StartupError } from '../platform/startup-error.ts'
import { typed } from './typed.ts'

/**
 * One line about an error that the person who typed the command can mend: arguments that cannot be read, values that are
 * refused, an installation that is not as it should be. `undefined` for any other error, which is Weir's own.
 */
export function refusalOf(error: unknown, command: string | undefined): string | undefined {
  if (error instanceof StartupError) return error.message
  if (error instanceof ApiError) return describe(error)
  const code = errorCode(error)
  if (!(error instanceof Error) || code?.startsWith('ERR_PARSE_ARGS_') !== true) return undefined
  // The first sentence says what is wrong; the others of Node's advice are about `--`.
  const [problem] = error.message.split(/\.?\s*\n|\. /)
  const hint = code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL' ? ' (a text with spaces needs quotes around it)' : ''
  return `${problem}${hint}; ${typed(`${command ?? ''} --help`.trim())} tells more`
}

/** `--name: value_is_mandatory`: fields of the API are options of the same name. */
function describe({ body }: ApiError): string {
  const { error, error_details: details, code } = body
  if (typeof details !== 'object' || details === null) return [error, code].filter(Boolean).join(': ')
  return Object.entries(details)
    .map(([field, codes]) => `--${field}: ${Array.isArray(codes) ? codes.join(', ') : JSON.stringify(codes)}`)
    .join('; ')
}
