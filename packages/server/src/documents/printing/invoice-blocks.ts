import type { FeeRow } from '../../invoices/index.ts'
import type { SubscriptionRecord } from '../../subscriptions/index.ts'
import type { InvoiceForPrint } from '../load-invoice.ts'
import { feeName, plainRow, trueUpRow, usageRows, type Writing } from './fee-rows.ts'
import { invoiceTotals, moneyOf } from './invoice-totals.ts'
import { formatDate } from './locales.ts'
import { isText } from './parties.ts'
import type { Block, Row, Table } from './printed-document.ts'
import { unitChangeTables } from './unit-changes.ts'
import { usageBreakdowns } from './usage-breakdowns.ts'

/** The tables of an invoice and its totals, by its kind. */
export function invoiceBlocks(print: InvoiceForPrint, writing: Writing): Block[] {
  const totals = invoiceTotals(print, writing.say, moneyOf(print.invoice.currency, writing.locale))
  switch (print.invoice.invoice_type) {
    case 'credit':
      return [creditTable(print, writing), totals]
    case 'one_off':
    case 'add_on':
      return [oneOffTable(print, writing), totals]
    default:
      return [
        ...(isPaidInAdvance(print)
          ? [...advanceTables(print, writing), totals]
          : subscriptionBlocks(print, writing, totals)),
        ...usageBreakdowns(print.fees, writing),
      ]
  }
}

/** Nothing but usage that was charged as it came. */
function isPaidInAdvance({ invoice, fees }: InvoiceForPrint): boolean {
  if (invoice.invoice_type === 'advance_charges') return true
  return fees.length > 0 && fees.every(fee => fee.fee_type === 'charge' && fee.pay_in_advance)
}

/** Each fee by itself, in the order in which they were paid. */
function advanceTables({ fees, invoice, ...print }: InvoiceForPrint, writing: Writing): Table[] {
  const { say, locale } = writing
  const time = (fee: FeeRow) => (fee.succeeded_at ?? fee.created_at).epochMilliseconds
  const paidOn = (at: Temporal.Instant) =>
    say('paid_on', { date: formatDate(at.toZonedDateTimeISO(invoice.timezone).toPlainDate(), locale) })
  return [...Map.groupBy(fees, fee => fee.subscription_id)].map(([id, own]) => {
    const record = print.subscriptions.find(({ subscription }) => subscription.id === id)
    const name = record === undefined ? '' : subscriptionName(record)
    return {
      kind: 'table',
      heading: name === '' ? '' : say('details', { name }),
      startsPage: false,
      columns: columnsOf(writing, say('item')),
      rows: own
        .toSorted((a, b) => time(a) - time(b) || a.created_at.epochMilliseconds - b.created_at.epochMilliseconds)
        .map(fee =>
          plainRow(fee, feeName(fee), writing, [
            ...(fee.charge_invoiceable === false && fee.succeeded_at !== null ? [paidOn(fee.succeeded_at)] : []),
            ...(fee.computed_from.prorated === true ? [say('prorated')] : []),
          ]),
        ),
    }
  })
}

function columnsOf({ say }: Writing, first: string): string[] {
  return [first, say('units'), say('unit_price'), say('tax_rate'), say('amount')]
}

function creditTable({ fees, purchase }: InvoiceForPrint, writing: Writing): Table {
  const { say } = writing
  const wallet = isText(purchase?.wallet_name) ? `${say('prepaid_credits')} - ${purchase.wallet_name}` : ''
  const name = purchase?.name || wallet || say('prepaid_credits')
  const columns = [say('item'), say('units'), say('unit_price'), say('amount')]
  const rows = fees.map(fee => {
    const row = plainRow(fee, name, writing)
    return { ...row, cells: row.cells.filter((_, place) => place !== 3) }
  })
  return { kind: 'table', heading: '', startsPage: false, columns, rows }
}

function oneOffTable({ fees, invoice }: InvoiceForPrint, writing: Writing): Table {
  const { say } = writing
  const rows = fees.toSorted(byPeriod).map(fee => {
    const period =
      fee.from_datetime && fee.to_datetime ? [say('from_to', periodOf(fee, invoice.timezone, writing))] : []
    return plainRow(fee, feeName(fee), writing, [...(isText(fee.description) ? [fee.description] : []), ...period])
  })
  return { kind: 'table', heading: '', startsPage: false, columns: columnsOf(writing, say('item')), rows }
}

/** One subscription is told in full before the totals; of several, each gets a page after them. */
function subscriptionBlocks(print: InvoiceForPrint, writing: Writing, totals: Block): Block[] {
  const { say, locale } = writing
  const bySubscription = Map.groupBy(print.fees, fee => fee.subscription_id)
  const billed = print.subscriptions
    .map(record => ({
      record,
      name: subscriptionName(record),
      fees: bySubscription.get(record.subscription.id) ?? [],
    }))
    .toSorted((a, b) => a.name.localeCompare(b.name, locale))
  const changes = billed.flatMap(one => unitChangeTables(one, print.unitChanges, writing))
  const [only] = billed
  if (billed.length === 1 && only !== undefined) return [...periodTables(print, writing, only), totals, ...changes]
  const money = moneyOf(print.invoice.currency, locale)
  const sumOf = (fees: readonly FeeRow[]) => money(fees.reduce((sum, fee) => sum + fee.amount_cents, 0n))
  const summary: Table = {
    kind: 'table',
    heading: '',
    startsPage: false,
    columns: [say('item'), say('amount')],
    rows: billed.flatMap(({ name, fees }) => {
      const commitments = fees.filter(fee => fee.fee_type === 'commitment')
      const others = fees.filter(fee => fee.fee_type !== 'commitment')
      const row = (label: string, own: readonly FeeRow[]): Row => ({
        kind: 'item',
        cells: [label, sumOf(own)],
        notes: [],
      })
      return [row(name, others), ...commitments.map(fee => row(`${feeName(fee)} - ${name}`, [fee]))]
    }),
  }
  return [
    summary,
    totals,
    ...billed.flatMap(one => [
      ...startingPage(periodTables(print, writing, one)),
      { kind: 'totals' as const, lines: [{ label: say('total'), value: sumOf(one.fees), strong: true }] },
    ]),
    ...changes,
  ]
}

function startingPage(tables: readonly Table[]): Table[] {
  return tables.map((table, place) => (place === 0 ? { ...table, startsPage: true } : table))
}

interface Billed {
  readonly record: SubscriptionRecord
  readonly name: string
  readonly fees: readonly FeeRow[]
}

/** A table for each period that fees are for, oldest first. */
function periodTables(print: InvoiceForPrint, writing: Writing, { record, name, fees }: Billed): Table[] {
  const { say } = writing
  // Usage that passed a threshold is billed as far as it has come.
  const untilNow =
    print.invoice.invoice_type === 'progressive_billing'
      ? { to: formatDate(print.invoice.issuing_date, writing.locale) }
      : {}
  const days = (fee: FeeRow) => ({ ...periodOf(fee, print.invoice.timezone, writing), ...untilNow })
  const shown = fees.filter(fee => isShown(fee, fees))
  const groups = Map.groupBy(shown.toSorted(byPeriod), fee => JSON.stringify(days(fee)))
  const tables = [...groups.values()].map((own, place): Table => {
    const [first] = own
    const period = first?.from_datetime && first.to_datetime ? say('fees_from_to', days(first)) : say('item')
    return {
      kind: 'table',
      heading: place === 0 ? say('details', { name }) : '',
      startsPage: false,
      columns: columnsOf(writing, period),
      rows: rowsOf(writing, record, own),
    }
  })
  if (tables.length > 0) return tables
  const columns = columnsOf(writing, say('item'))
  return [{ kind: 'table', heading: say('details', { name }), startsPage: false, columns, rows: [] }]
}

const ORDER: readonly string[] = ['subscription', 'fixed_charge', 'charge', 'commitment']

function rowsOf(writing: Writing, record: SubscriptionRecord, fees: readonly FeeRow[]): Row[] {
  const trueUps = Map.groupBy(fees, fee => fee.true_up_parent_fee_id)
  const place = (fee: FeeRow) => ORDER.indexOf(fee.fee_type)
  return fees
    .filter(fee => fee.true_up_parent_fee_id === null)
    .toSorted((a, b) => place(a) - place(b) || feeName(a).localeCompare(feeName(b), writing.locale))
    .flatMap(fee => [
      ...(fee.fee_type === 'subscription'
        ? [plainRow(fee, baseFeeName(writing, record, fee), writing)]
        : usageRows(fee, writing)),
      ...(trueUps.get(fee.id) ?? []).map(trueUp => trueUpRow(trueUp, writing)),
    ])
}

/** Usage that costs nothing and was not used is left out, and a base fee of nothing beside other fees. */
function isShown(fee: FeeRow, all: readonly FeeRow[]): boolean {
  if (fee.amount_cents > 0n) return true
  if (fee.fee_type === 'subscription')
    return all.every(other => other.fee_type === 'subscription' || other.amount_cents === 0n)
  return fee.fee_type === 'charge' && (Number(fee.units) > 0 || fee.true_up_fee_id !== null)
}

function baseFeeName({ say }: Writing, { plan }: SubscriptionRecord, fee: FeeRow): string {
  if (isText(fee.invoice_display_name)) return fee.invoice_display_name
  return say('subscription_fee', { interval: say(plan.interval), plan: plan.invoiceDisplayName || plan.name })
}

function subscriptionName({ subscription, plan }: SubscriptionRecord): string {
  return subscription.name || plan.invoiceDisplayName || plan.name || subscription.external_id
}

function byPeriod(a: FeeRow, b: FeeRow): number {
  const time = (fee: FeeRow) => fee.from_datetime?.epochMilliseconds ?? 0
  return time(a) - time(b)
}

function periodOf(fee: FeeRow, timeZone: string, { locale }: Writing): { from: string; to: string } {
  const day = (at: Temporal.Instant | null) =>
    at === null ? '' : formatDate(at.toZonedDateTimeISO(timeZone).toPlainDate(), locale)
  return { from: day(fee.from_datetime), to: day(fee.to_datetime) }
}
