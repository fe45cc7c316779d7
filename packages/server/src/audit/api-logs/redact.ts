import { isRecord } from '../../platform/http/input.ts'
import { parseJson } from '../../platform/http/server.ts'

/** The most characters of JSON that are kept of a request's body, and of its answer. */
const LONGEST_BODY = 64 * 1024

const SECRETS: ReadonlySet<string> = new Set([
  'access_token',
  'api_key',
  'authorization',
  'client_secret',
  'current_password',
  'grpc_token',
  'hmac_key',
  'new_password',
  'password',
  'private_key',
  'refresh_token',
  'secret',
  'secret_key',
  'token',
  'webhook_secret',
])
// Most bodies have none of them: they are not taken apart.
const MAY_HAVE_SECRETS = new RegExp(`"(${[...SECRETS].join('|')})"\\s*:`, 'i')

const HIDDEN = '[hidden]'

/**
 * JSON as it is kept: without the values of secrets, whatever they are, and not at all where it is too long for a log.
 *
 * @param text JSON; any other text is kept as a JSON string
 */
export function storableBody(text: string): string {
  const json = isJson(text) ? text : JSON.stringify(text)
  const safe = MAY_HAVE_SECRETS.test(json) ? JSON.stringify(withoutSecrets(parseJson(json))) : json
  if (safe.length <= LONGEST_BODY) return safe
  return JSON.stringify({ left_out: `${safe.length} characters; logs keep bodies of up to ${LONGEST_BODY}` })
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (!isRecord(value) || JSON.isRawJSON(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      SECRETS.has(key.toLowerCase()) && item !== null ? HIDDEN : withoutSecrets(item),
    ]),
  )
}
