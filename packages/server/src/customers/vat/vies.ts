import { parseVatNumber, type VatNumber } from '@weir/engine'
import { isRecord } from '../../platform/http/input.ts'
import type { CheckAnswer, CheckFailure, VatChecker } from './checker.ts'

const TIMEOUT_MS = 20_000

/** The service's own words; codes for loads on it come in variants with `_TIME` at the end. */
const FAILURES: Readonly<Record<string, CheckFailure>> = {
  GLOBAL_MAX_CONCURRENT_REQ: 'rate_limit',
  MS_MAX_CONCURRENT_REQ: 'rate_limit',
  TIMEOUT: 'timeout',
  VAT_BLOCKED: 'blocked',
  IP_BLOCKED: 'blocked',
  INVALID_REQUESTER_INFO: 'invalid_requester',
  SERVICE_UNAVAILABLE: 'service_unavailable',
  MS_UNAVAILABLE: 'member_state_unavailable',
}

/** Those that say something of the number rather than of the service. */
const REFUSALS: readonly string[] = ['INVALID_INPUT', 'INVALID']

/** Where nothing is told. */
const UNDISCLOSED = '---'

/**
 * Asks VIES, which asks the tax administration of the number's member state. Numbers that are not well formed are invalid
 * without asking.
 *
 * @param baseUrl of its REST interface, e.g. `https://ec.europa.eu/taxation_customs/vies/rest-api`
 * @param timeoutMs how long an answer may take as a whole
 */
export function viesChecker(baseUrl: string, timeoutMs: number = TIMEOUT_MS): VatChecker {
  return {
    async check(taxNumber) {
      const parsed = parseVatNumber(taxNumber)
      if (parsed === undefined) return { outcome: 'invalid', isWellFormed: false }
      try {
        return await ask(baseUrl, parsed, timeoutMs)
      } catch (error) {
        return failed(...reasonOf(error, timeoutMs))
      }
    },
  }
}

async function ask(baseUrl: string, { countryCode, number }: VatNumber, timeoutMs: number): Promise<CheckAnswer> {
  const response = await fetch(`${baseUrl}/check-vat-number`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ countryCode, vatNumber: number }),
    signal: AbortSignal.timeout(timeoutMs),
  })
  const answer = parsedJson(await response.text())
  // What went wrong is told in the body, whatever the status.
  const code = errorCodeOf(answer)
  if (code !== undefined) return refusedOrFailed(code)
  if (!response.ok || answer === undefined) return failedStatus(response.status)
  if (answer.valid === false) return { outcome: 'invalid', isWellFormed: true }
  if (answer.valid !== true) return failed('unknown', 'VIES answered without saying whether the number is valid.')
  return {
    outcome: 'valid',
    countryCode: text(answer.countryCode) ?? countryCode,
    vatNumber: text(answer.vatNumber) ?? number,
    requestDate: String(answer.requestDate ?? '').slice(0, 10),
    name: text(answer.name),
    address: text(answer.address),
  }
}

function errorCodeOf(answer: Record<string, unknown> | undefined): string | undefined {
  const errors = Array.isArray(answer?.errorWrappers) ? answer.errorWrappers : []
  const first: unknown = errors[0]
  if (isRecord(first) && typeof first.error === 'string') return first.error
  return answer?.actionSucceed === false ? 'UNKNOWN' : undefined
}

function refusedOrFailed(code: string): CheckAnswer {
  if (REFUSALS.includes(code)) return { outcome: 'invalid', isWellFormed: true }
  return failed(FAILURES[code.replace(/_TIME$/, '')] ?? 'unknown', `VIES answered ${code}.`)
}

function failedStatus(status: number): CheckAnswer {
  const message = `VIES answered with HTTP status ${status}.`
  if (status === 429) return failed('rate_limit', message)
  if (status === 403) return failed('blocked', message)
  return failed(status >= 500 ? 'service_unavailable' : 'unknown', message)
}

function failed(error: CheckFailure, message: string): CheckAnswer {
  return { outcome: 'failed', isWellFormed: true, error, message }
}

function reasonOf(error: unknown, timeoutMs: number): [CheckFailure, string] {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return ['timeout', `VIES did not answer within ${timeoutMs / 1000} seconds.`]
  }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return ['service_unavailable', `VIES could not be reached: ${cause instanceof Error ? cause.message : String(cause)}`]
}

function parsedJson(body: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(body)
    return isRecord(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== UNDISCLOSED && value !== '' ? value : null
}
