import type { ActivityLog, JsonObject } from '../../api/audit.ts'
import { paths } from '../../app/paths.ts'
import type { UrlState } from '../../app/url-state.ts'
import { formatMoney } from '../../format/money.ts'
import { t, tWord } from '../../messages/index.ts'
import { isObject, type Reading } from './value-words.ts'

/** The object of a log without its root, where it has one. */
export function objectOf({ activity_object: object }: ActivityLog): JsonObject {
  if (object === null) return {}
  const [only, ...others] = Object.values(object)
  return others.length === 0 && isObject(only) ? only : object
}

/** With what the values of a log are read. */
export function readingOf(log: ActivityLog, zone: string | undefined): Reading {
  const object = objectOf(log)
  const currency = ['currency', 'amount_currency', 'total_amount_currency', 'plan_amount_currency']
    .map(key => object[key])
    .find(code => typeof code === 'string')
  return {
    currency: typeof currency === 'string' ? currency : undefined,
    zone,
    statusKind: STATUS_KINDS[log.activity_type.split('.')[0] ?? ''] ?? 'status',
  }
}

const STATUS_KINDS: Readonly<Record<string, string>> = {
  invoice: 'invoice_status',
  subscription: 'subscription_status',
  wallet: 'wallet_status',
  wallet_transaction: 'settlement',
  coupon: 'coupon_status',
  applied_coupon: 'applied_coupon_status',
  payment: 'collection_status',
}

/** What happened, in plain words. */
export function happeningInWords(log: ActivityLog): string {
  const said = tWord('activity', log.activity_type)
  if (said !== log.activity_type.replaceAll('_', ' ')) return said
  // A type that has no words yet is still a sentence: `order_form.signed` is “Order form signed”.
  const words = log.activity_type.replace('.', ' ').replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** The money that it was about, where it was about money: printing is not. */
export function amountOf(log: ActivityLog, reading: Reading): string | undefined {
  const object = objectOf(log)
  const field = AMOUNTS[log.activity_type.split('.')[0] ?? '']
  const cents = field === undefined ? undefined : object[field]
  if (log.activity_type.endsWith('.generated')) return undefined
  if (typeof cents !== 'number' || reading.currency === undefined) return undefined
  return formatMoney(cents, reading.currency)
}

const AMOUNTS: Readonly<Record<string, string>> = {
  invoice: 'total_amount_cents',
  credit_note: 'total_amount_cents',
  payment: 'amount_cents',
  payment_request: 'amount_cents',
}

export interface Subject {
  readonly name: string
  readonly to?: string
  readonly search?: UrlState
}

/** What it happened to, and where that is found; undefined where the log does not say. */
export function subjectOf(log: ActivityLog): Subject | undefined {
  const object = objectOf(log)
  const text = (key: string) =>
    typeof object[key] === 'string' && object[key] !== '' ? String(object[key]) : undefined
  const name = text('number') ?? text('name') ?? text('code') ?? text('external_id')
  const { external_customer_id: customer, external_subscription_id: subscription, resource_id: id } = log
  const isGone = log.activity_type.endsWith('.deleted')
  const of = (fallback: string, to?: string, search?: UrlState): Subject => ({
    name: name ?? fallback,
    ...(to !== undefined && !isGone && { to }),
    ...(search && { search }),
  })
  const kind = tWord('resource', log.resource_type)
  const code = text('code')
  switch (log.resource_type) {
    case 'Invoice': {
      const own = log.activity_type.startsWith('invoice.') ? name : firstNumber(object)
      return { name: own ?? kind, ...(!isGone && { to: paths.invoice(id) }) }
    }
    case 'CreditNote':
      return of(kind, paths.creditNote(id))
    case 'Customer':
      return of(customer ?? kind, customer === null ? undefined : paths.customer(customer))
    case 'Subscription':
      return of(subscription ?? kind, subscription === null ? undefined : paths.subscription(subscription))
    case 'Plan':
      return of(kind, code && paths.plan(code))
    case 'BillableMetric':
      return of(kind, code && paths.metric(code))
    case 'Coupon':
      return couponOf(object, of, kind)
    case 'Entitlement::Feature':
      return of(kind, code && paths.feature(code))
    case 'Wallet':
      return of(t('customer.credit'), customer === null ? undefined : paths.customer(customer), { tab: 'wallets' })
    default:
      return name === undefined ? undefined : { name }
  }
}

/** A coupon that was applied is told by its own name in what was applied. */
function couponOf(object: JsonObject, of: (fallback: string, to?: string) => Subject, kind: string): Subject {
  const code = object.coupon_code ?? object.code
  const name = object.coupon_name
  return of(typeof name === 'string' ? name : kind, typeof code === 'string' ? paths.coupon(code) : undefined)
}

/** Of a payment: the number of the invoice that it paid. */
function firstNumber({ invoice_numbers: numbers }: JsonObject): string | undefined {
  const first = Array.isArray(numbers) ? numbers[0] : undefined
  return typeof first === 'string' ? first : undefined
}

/** Who did it: a user by their address, whoever holds a key, or Weir itself. */
export function actorOf({ user_email: email, activity_source: source }: ActivityLog): string {
  return email ?? tWord('activity_source', source)
}
