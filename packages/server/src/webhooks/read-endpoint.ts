import type { Problems } from '../platform/errors.ts'
import { urlProblems } from '../platform/validation/urls.ts'
import { isWebhookType } from './catalogue.ts'
import type { WebhookEndpointInput } from './schema.ts'
import type { SignatureAlgorithm } from './signatures.ts'

export interface EndpointChanges {
  webhook_url?: string
  signature_algo?: SignatureAlgorithm
  name?: string | null
  event_types?: string[] | null
}

/** The changes that a request asks for; what is wrong with them is added to `problems`. Absent keys change nothing. */
export function readEndpointChanges(input: WebhookEndpointInput, problems: Problems): EndpointChanges {
  const changes: EndpointChanges = {}
  if (input.webhook_url !== undefined) changes.webhook_url = readUrl(input.webhook_url, problems)
  if (input.signature_algo !== undefined) changes.signature_algo = readAlgorithm(input.signature_algo, problems)
  if (input.name !== undefined) changes.name = input.name
  if (input.event_types !== undefined) changes.event_types = readEventTypes(input.event_types, problems)
  return changes
}

function readUrl(given: string | null, problems: Problems): string {
  const codes = urlProblems(given)
  if (codes.length > 0) problems.add('webhook_url', ...codes)
  return given?.trim() ?? ''
}

function readAlgorithm(given: string | null, problems: Problems): SignatureAlgorithm {
  if (given === 'jwt' || given === 'hmac') return given
  if (given !== null) problems.add('signature_algo', 'value_is_invalid')
  return 'jwt'
}

/** Null: every type. Empty: none. */
function readEventTypes(given: unknown, problems: Problems): string[] | null {
  if (given === null) return null
  if (!Array.isArray(given)) {
    problems.add('event_types', 'must_be_array')
    return null
  }
  const names = given.filter(isScalar).map(name => String(name).trim().toLowerCase())
  const types = [...new Set(names.filter(name => name !== ''))]
  if (types.length === 1 && types[0] === '*') return null
  const unknown = types.filter(name => !isWebhookType(name))
  if (unknown.length > 0) {
    const list = unknown.map(name => JSON.stringify(name)).join(', ')
    problems.add('event_types', `contains invalid types: [${list}]`)
  }
  return types
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}
