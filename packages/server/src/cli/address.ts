import { StartupError } from '../platform/startup-error.ts'

/** Where a command finds the running Weir. */
export interface Address {
  /** Without a slash at the end, and without `/api/v1`. */
  readonly url: string
  /** What gave it, for messages: `--url`, `WEIR_URL`, or that it is the default. */
  readonly from: string
}

/**
 * The address given as `--url`, else that of WEIR_URL, else the one of a Weir on this machine.
 *
 * @throws StartupError when it is no address of a web server
 */
export function readAddress(option: string | undefined, env: NodeJS.ProcessEnv): Address {
  const [given, from] =
    option !== undefined
      ? [option, '--url']
      : env.WEIR_URL
        ? [env.WEIR_URL, 'WEIR_URL']
        : ['http://localhost:3000', 'the default address']
  const parsed = URL.parse(given)
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol)) {
    throw new StartupError(`${from} is "${given}": it must be an address such as http://localhost:3000`)
  }
  return { url: given.replace(/\/+$/, '').replace(/\/api\/v1$/, ''), from }
}

/** The error of an address where no server listens. */
export function nobodyThere({ url, from }: Address, reason?: string): StartupError {
  const source = reason === undefined ? from : `${from}, ${reason}`
  return new StartupError(
    `no Weir answers at ${url} (${source}); start one with npm start, or give its address with --url or WEIR_URL`,
  )
}
