import type { ActivityLog, Json, JsonObject } from '../../api/audit.ts'
import { isList, isObject, keyInWords, nameOf, type Reading, valueInWords } from './value-words.ts'

/** One value that is another now; of a list, what was added to it or taken out; or a value that only is. */
export interface Change {
  readonly path: string
  readonly before: string | undefined
  readonly after: string | undefined
  /** Something came into a list or went out of it. */
  readonly ofList?: boolean
}

/** Ids of ours, and addresses of documents: they tell nobody anything. */
const NOISE = /^(lago_|organization_id$|updated_at$|slug$|version_number$)|(_url|_uuid)$|^id$/
const MOST_DEPTH = 4
const SEPARATOR = ' · '

/**
 * The values that an update changed, in words. Members of lists are told apart by their ids or codes, so that one price of a plan
 * is one line; what has no words of its own (our ids) is left out, and so is what parts only repeat of the whole: each line of an
 * invoice is paid when the invoice is.
 */
export function changesOf(log: ActivityLog, reading: Reading): readonly Change[] {
  const all = Object.entries(log.activity_object_changes ?? {}).flatMap(([key, sides]) =>
    compare([keyInWords(key)], key, sides[0] ?? null, sides[1] ?? null, reading),
  )
  const own = all.filter(({ path }) => !path.includes(SEPARATOR))
  const isRepeated = ({ path, before, after }: Change) =>
    own.some(one => path.endsWith(`${SEPARATOR}${one.path}`) && one.before === before && one.after === after)
  return [...own, ...all.filter(change => change.path.includes(SEPARATOR) && !isRepeated(change))]
}

function compare(path: readonly string[], key: string, before: Json, after: Json, reading: Reading): Change[] {
  if (NOISE.test(key) || JSON.stringify(before) === JSON.stringify(after)) return []
  const deeper = path.length < MOST_DEPTH
  if (deeper && isObject(before) && isObject(after)) return compareObjects(path, before, after, reading)
  if (deeper && isListOfObjects(before) && isListOfObjects(after)) return compareLists(path, before, after, reading)
  return [
    {
      path: path.join(SEPARATOR),
      before: valueInWords(key, before, reading),
      after: valueInWords(key, after, reading),
    },
  ]
}

function compareObjects(path: readonly string[], before: JsonObject, after: JsonObject, reading: Reading): Change[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return keys.flatMap(key => compare([...path, keyInWords(key)], key, before[key] ?? null, after[key] ?? null, reading))
}

function compareLists(
  path: readonly string[],
  before: readonly JsonObject[],
  after: readonly JsonObject[],
  reading: Reading,
): Change[] {
  const held = new Map(before.map((part, at) => [identityOf(part, at), part]))
  const made = new Map(after.map((part, at) => [identityOf(part, at), part]))
  const line = path.join(SEPARATOR)
  return [...new Set([...held.keys(), ...made.keys()])].flatMap(id => {
    const [one, other] = [held.get(id), made.get(id)]
    if (one !== undefined && other !== undefined) {
      return compareObjects([...path, nameOf(other)], one, other, reading)
    }
    return [{ path: line, before: one === undefined ? undefined : nameOf(one), after: other && nameOf(other) }]
  })
}

function identityOf(part: JsonObject, at: number): string {
  return String(part.lago_id ?? part.code ?? part.key ?? part.id ?? at)
}

/** An empty list is a list of anything. */
function isListOfObjects(value: Json): value is readonly JsonObject[] {
  return isList(value) && value.every(isObject)
}

/**
 * What a security log says was changed: `{ deleted, added }` is a value before and after, also within a `diff`; anything else is a
 * value that only is.
 */
export function differencesOf(resources: JsonObject): readonly Change[] {
  const reading = { currency: undefined, zone: undefined }
  return Object.entries(resources).flatMap(([key, value]): Change[] => {
    if (key === 'diff' && isObject(value)) return [...differencesOf(value)]
    const said = (part: Json | undefined) => (part === undefined ? undefined : valueInWords(key, part, reading))
    if (isObject(value) && ('deleted' in value || 'added' in value)) {
      const nothing = valueInWords(key, null, reading)
      return [{ path: keyInWords(key), before: said(value.deleted) ?? nothing, after: said(value.added) ?? nothing }]
    }
    return [{ path: keyInWords(key), before: undefined, after: said(value) }]
  })
}

/** What stands out in an object, in the order in which people ask for it. */
const FACTS = [
  'number',
  'name',
  'code',
  'external_id',
  'email',
  'plan_code',
  'status',
  'payment_status',
  'credit_status',
  'refund_status',
  'transaction_status',
  'amount_cents',
  'total_amount_cents',
  'total_paid_amount_cents',
  'total_due_amount_cents',
  'taxes_amount_cents',
  'credit_amount_cents',
  'refund_amount_cents',
  'offset_amount_cents',
  'balance_cents',
  'credit_amount',
  'percentage_rate',
  'currency',
  'interval',
  'aggregation_type',
  'billing_time',
  'frequency',
  'reason',
  'reference',
  'issuing_date',
  'payment_due_date',
  'started_at',
  'ending_at',
  'terminated_at',
  'expiration_at',
  'cancellation_reason',
  'description',
] as const

/** What stood out in the object when it happened: name and value, in words. */
export function factsOf(object: JsonObject, reading: Reading): readonly (readonly [string, string])[] {
  return FACTS.flatMap((key): [string, string][] => {
    const value = object[key]
    if (value === undefined || value === null || value === '') return []
    return [[keyInWords(key), valueInWords(key, value, reading)]]
  })
}
