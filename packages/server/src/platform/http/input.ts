import { type Static, type TProperties, type TSchema, Type } from 'typebox'
import { missingParameter } from '../errors.ts'

/** A value that may also be null: on updates, null clears the field. */
export function Nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()])
}

/** The shape of a request object. Every key is optional: what is mandatory is for the use case to say, with its own code. */
export function Input<P extends TProperties>(properties: P) {
  return Type.Partial(Type.Object(properties))
}

type SchemaLike = { type?: string; anyOf?: SchemaLike[]; items?: SchemaLike; properties?: Record<string, SchemaLike> }

const ABSENT = Symbol('absent')

/**
 * Reads the object under `root` of a request body the way the API's clients rely on: unknown keys are dropped, a value of
 * the wrong structural kind counts as absent, scalars are coerced (numbers to text, numeric text to numbers, the usual
 * words to booleans), null stays null. Only keys that were present are in the result.
 *
 * @throws 400 when the root is missing, null, empty, or not an object
 */
export function readRoot<T extends TSchema>(body: unknown, root: string, schema: T): Static<T> {
  const value = isRecord(body) ? body[root] : undefined
  if (!isRecord(value) || Object.keys(value).length === 0) throw missingParameter(root)
  return readObject(schema, value)
}

/** As {@link readRoot}, on an object already at hand. */
export function readObject<T extends TSchema>(schema: T, value: unknown): Static<T> {
  const result: Record<string, unknown> = {}
  const source = isRecord(value) ? value : {}
  for (const [key, property] of Object.entries((schema as SchemaLike).properties ?? {})) {
    if (!(key in source)) continue
    const read = readValue(property, source[key])
    if (read !== ABSENT) result[key] = read
  }
  return result as Static<T>
}

function readValue(schema: SchemaLike, value: unknown): unknown {
  if (schema.anyOf !== undefined) {
    const concrete = schema.anyOf.find(option => option.type !== 'null')
    return concrete === undefined ? ABSENT : readValue(concrete, value)
  }
  switch (schema.type) {
    case 'object':
      return readStructure(schema, value)
    case 'array':
      return Array.isArray(value) ? readItems(schema.items ?? {}, value) : ABSENT
    case 'string':
      return scalar(value, text)
    case 'integer':
      return scalar(value, integer)
    case 'number':
      return scalar(value, number)
    case 'boolean':
      return scalar(value, boolean)
    default:
      return value
  }
}

function readStructure(schema: SchemaLike, value: unknown): unknown {
  if (!isRecord(value)) return ABSENT
  // An object without declared properties (a map) is taken whole.
  return schema.properties === undefined ? value : readObject(schema as TSchema, value)
}

function readItems(schema: SchemaLike, values: unknown[]): unknown[] {
  return values.map(item => readValue(schema, item)).filter(item => item !== ABSENT)
}

function scalar(value: unknown, read: (value: string | number | boolean) => unknown): unknown {
  if (value === null) return null
  // An integer with more digits than a double holds: its text keeps them all.
  if (JSON.isRawJSON(value)) return read(value.rawJSON)
  return typeof value === 'object' || value === undefined ? ABSENT : read(value as string | number | boolean)
}

/** PostgreSQL cannot store NUL characters, and no client means them. */
function text(value: string | number | boolean): string {
  return String(value).replaceAll('\0', '')
}

/** Fractions are cut toward zero; text that is no number becomes NaN, for the caller's "is not a number". */
function integer(value: string | number | boolean): number | null {
  const read = number(value)
  return read === null ? null : Math.trunc(read)
}

function number(value: string | number | boolean): number | null {
  if (typeof value === 'string' && value.trim() === '') return null
  return typeof value === 'boolean' ? Number.NaN : Number(value)
}

const FALSE_WORDS = new Set<unknown>([false, 0, '0', 'f', 'F', 'false', 'FALSE', 'off', 'OFF'])

/** False for the usual words of "no", null for an empty text, true for anything else. */
export function boolean(value: unknown): boolean | null {
  if (value === '') return null
  return !FALSE_WORDS.has(value)
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value)
}

/** True for absent, null and whitespace-only text: what "mandatory" refuses. */
export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}
