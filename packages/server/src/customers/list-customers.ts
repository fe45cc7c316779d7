import { CURRENCIES } from '@weir/engine'
import { sql } from 'kysely'
import { findBillingEntitiesByCodes } from '../accounts/index.ts'
import type { Ctx } from '../platform/context.ts'
import { anyOf } from '../platform/db/any-of.ts'
import { type ErrorDetails, validation } from '../platform/errors.ts'
import { isRecord } from '../platform/http/input.ts'
import type { Page } from '../platform/http/pagination.ts'
import { COUNTRIES } from '../platform/validation/countries.ts'
import { withoutNul } from '../platform/validation/text.ts'
import { ACCOUNT_TYPES, CUSTOMER_TYPES } from './customer-changes.ts'
import { customerContains } from './search-customers.ts'
import type { Customer } from './store.ts'

/** Which customers are listed: those that meet every condition given. */
export interface CustomerFilters {
  /** Part of a name, an external id or an e-mail address, in any case. Not looked at beside `externalId`. */
  readonly searchTerm?: string
  readonly externalId?: string
  readonly accountTypes?: readonly string[]
  readonly customerType?: string
  readonly hasCustomerType?: boolean
  /** An empty text counts as present. */
  readonly hasTaxIdentificationNumber?: boolean
  readonly countries?: readonly string[]
  readonly states?: readonly string[]
  readonly zipcodes?: readonly string[]
  readonly currencies?: readonly string[]
  /** Key and value; an empty value asks for customers without the key. */
  readonly metadata?: readonly (readonly [string, string])[]
  readonly billingEntityCodes?: readonly string[]
}

/**
 * Reads the filters of a query string. Lists are given as `key[]=`; a single value in their place is ignored.
 *
 * @throws 422 naming the values that are none of the accepted ones
 */
export function readCustomerFilters(query: Record<string, unknown>): CustomerFilters {
  const errors: ErrorDetails = {}
  const customerType = readText(query.customer_type)
  const hasCustomerType = readFlag('has_customer_type', query, errors)
  if (customerType !== undefined && !CUSTOMER_TYPES.includes(customerType)) {
    errors.customer_type = [oneOf(CUSTOMER_TYPES)]
  } else if (customerType !== undefined && hasCustomerType === false) {
    errors.customer_type = ['must be nil when has_customer_type is false']
  }
  const filters = withoutUndefined({
    searchTerm: readText(query.search_term)?.trim(),
    externalId: readText(query.external_id),
    accountTypes: readList('account_type', query, errors, ACCOUNT_TYPES),
    customerType,
    hasCustomerType,
    hasTaxIdentificationNumber: readFlag('has_tax_identification_number', query, errors),
    countries: readList('countries', query, errors, COUNTRIES),
    states: readList('states', query, errors),
    zipcodes: readList('zipcodes', query, errors),
    currencies: readList('currencies', query, errors, CURRENCIES),
    metadata: readMetadata(query.metadata),
    billingEntityCodes: readList('billing_entity_codes', query, errors),
  })
  if (Object.keys(errors).length > 0) throw validation(errors)
  return filters
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function withoutUndefined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? withoutNul(value) : undefined
}

function readFlag(key: string, query: Record<string, unknown>, errors: ErrorDetails): boolean | undefined {
  const value = readText(query[key])
  if (value === undefined) return undefined
  if (value !== 'true' && value !== 'false') errors[key] = [oneOf(['true', 'false'])]
  return value === 'true'
}

function readList(
  key: string,
  query: Record<string, unknown>,
  errors: ErrorDetails,
  choices?: readonly string[],
): readonly string[] | undefined {
  const given = query[key]
  if (!Array.isArray(given)) return undefined
  const values = given.filter(value => typeof value === 'string').map(value => withoutNul(value))
  const wrong = choices === undefined ? [] : [...values.entries()].filter(([, value]) => !choices.includes(value))
  if (choices !== undefined && wrong.length > 0) {
    errors[key] = Object.fromEntries(wrong.map(([index]) => [index, [oneOf(choices)]]))
  }
  return values.length === 0 ? undefined : values
}

function oneOf(choices: readonly string[]): string {
  return `must be one of: ${choices.join(', ')}`
}

function readMetadata(given: unknown): readonly (readonly [string, string])[] | undefined {
  if (!isRecord(given)) return undefined
  const pairs = Object.entries(given).flatMap(([key, value]) =>
    typeof value === 'string' ? [[withoutNul(key), withoutNul(value)] as const] : [],
  )
  return pairs.length === 0 ? undefined : pairs
}

const SEARCHED = ['name', 'firstname', 'lastname', 'legal_name', 'external_id', 'email'] as const

/**
 * One page of the kept customers that meet the filters, newest first, and how many there are in all.
 *
 * @throws 404 `billing_entity_not_found` when a code among the filters is unknown
 */
export async function listCustomers(
  ctx: Ctx,
  filters: CustomerFilters,
  page: Page,
): Promise<{ customers: Customer[]; totalCount: number }> {
  const query = await filteredCustomers(ctx, filters)
  const { count } = await query.select(eb => eb.fn.countAll<bigint>().as('count')).executeTakeFirstOrThrow()
  const customers = await query
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(page.perPage)
    .offset(page.offset)
    .execute()
  return { customers, totalCount: Number(count) }
}

async function filteredCustomers(ctx: Ctx, filters: CustomerFilters) {
  let query = ctx.db.selectFrom('customers').where('organization_id', '=', ctx.org.id).where('deleted_at', 'is', null)
  const { externalId, searchTerm, customerType, hasCustomerType } = filters
  if (externalId !== undefined) query = query.where('external_id', '=', externalId)
  else if (searchTerm) query = query.where(customerContains(SEARCHED, searchTerm))
  if (filters.accountTypes) query = query.where('account_type', 'in', filters.accountTypes)
  if (customerType !== undefined) query = query.where('customer_type', '=', customerType)
  else if (hasCustomerType !== undefined) query = query.where('customer_type', hasCustomerType ? 'is not' : 'is', null)
  if (filters.hasTaxIdentificationNumber !== undefined) {
    query = query.where('tax_identification_number', filters.hasTaxIdentificationNumber ? 'is not' : 'is', null)
  }
  if (filters.countries) query = query.where('country', 'in', filters.countries)
  if (filters.states) query = query.where('state', 'in', filters.states)
  if (filters.zipcodes) query = query.where('zipcode', 'in', filters.zipcodes)
  if (filters.currencies) query = query.where('currency', 'in', filters.currencies)
  for (const [key, value] of filters.metadata ?? []) query = query.where(metadataCondition(ctx, key, value))
  if (filters.billingEntityCodes) {
    const entities = await findBillingEntitiesByCodes(ctx, filters.billingEntityCodes)
    const ids = entities.map(entity => entity.id)
    query = query.where(anyOf('billing_entity_id', ids))
  }
  return query
}

function metadataCondition(ctx: Ctx, key: string, value: string) {
  if (value === '') {
    return sql<boolean>`not exists (
      select from customer_metadata
      where customer_id = customers.id and key = ${key}
    )`
  }
  return sql<boolean>`customers.id in (
    select customer_id from customer_metadata
    where organization_id = ${ctx.org.id} and key = ${key} and value = ${value}
  )`
}
