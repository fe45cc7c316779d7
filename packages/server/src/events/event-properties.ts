import { decimal } from '@weir/engine'
import { isRecord } from '../platform/http/input.ts'

/** The properties of an event, as aggregations and filters read them. */
export interface EventProperties {
  /** The text of a property as the database tells it: numbers in plain notation. Null without it, or where it is null. */
  textOf(key: string): string | null
  /** Whether a property says something: neither false, nor blank, nor an empty list or object. */
  isPresent(key: string): boolean
}

/** @param text of a JSON object, as properties are stored */
export function eventProperties(text: string): EventProperties {
  const parsed = JSON.parse(text, (_, value, { source }) =>
    typeof value === 'number' && source !== undefined ? JSON.rawJSON(plain(source)) : value,
  )
  const properties = isRecord(parsed) ? parsed : {}
  const propertyOf = (key: string) => (Object.hasOwn(properties, key) ? properties[key] : undefined)
  return {
    textOf: key => textOf(propertyOf(key)),
    isPresent: key => isPresent(propertyOf(key)),
  }
}

function plain(source: string): string {
  return /[eE]/.test(source) ? decimal(source).toFixed() : source
}

function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null
  if (typeof value !== 'object') return String(value)
  return JSON.isRawJSON(value) ? value.rawJSON : JSON.stringify(value)
}

function isPresent(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false
  if (typeof value === 'string') return value.trim() !== ''
  return typeof value !== 'object' || JSON.isRawJSON(value) || Object.keys(value).length > 0
}
