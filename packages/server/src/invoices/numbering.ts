import { type DocumentNumbering, type InvoiceSequence, invoiceNumber, numberingOf } from '@weir/engine'
import { sql } from 'kysely'
import type { BillingEntity } from '../accounts/index.ts'
import type { Customer } from '../customers/index.ts'
import type { Ctx } from '../platform/context.ts'

export interface AssignedNumber {
  readonly number: string
  readonly sequentialId: bigint
  readonly billingEntitySequentialId: bigint | null
}

/** An invoice that is being finalized, as far as its number depends on it. */
export interface NumberingSubject {
  readonly issuer: BillingEntity
  readonly customer: Pick<Customer, 'id' | 'sequential_id'>
  readonly selfBilled: boolean
}

/**
 * Takes the next numbers for invoices that are being finalized, in their order. The customers' rows are locked by the
 * caller, which serialises the customers' own series; the series of a billing entity is serialised here by a lock on the
 * entity, held until the transaction ends. A number is only used up when that transaction commits, so finalized invoices
 * have no gaps.
 */
export async function assignNumbers(tx: Ctx, subjects: readonly NumberingSubject[]): Promise<AssignedNumber[]> {
  if (subjects.length === 0) return []
  const nextOfEntity = await entitySeries(tx, subjects.filter(isInEntitySeries))
  const nextOfCustomer = await customerSeries(tx, subjects)
  return subjects.map(subject => {
    const billingEntitySequentialId = isInEntitySeries(subject) ? nextOfEntity(subject) : null
    const sequentialId = nextOfCustomer(subject)
    const number = numberOf(subject, sequentialId, billingEntitySequentialId, tx.clock.now())
    return { number, sequentialId, billingEntitySequentialId }
  })
}

/** As {@link assignNumbers}, for one. */
export async function assignNumber(tx: Ctx, subject: NumberingSubject): Promise<AssignedNumber> {
  const [assigned] = await assignNumbers(tx, [subject])
  if (assigned === undefined) throw new Error(`no number for an invoice of customer ${subject.customer.id}`)
  return assigned
}

function isInEntitySeries({ issuer, selfBilled }: NumberingSubject): boolean {
  return numberingOf(issuer.document_numbering as DocumentNumbering, selfBilled) === 'per_billing_entity'
}

function numberOf(
  { issuer, customer }: NumberingSubject,
  sequentialId: bigint,
  billingEntitySequentialId: bigint | null,
  finalizedAt: Temporal.Instant,
): string {
  const sequence: InvoiceSequence =
    billingEntitySequentialId === null
      ? {
          numbering: 'per_customer',
          customerSequentialId: Number(customer.sequential_id),
          sequentialId: Number(sequentialId),
        }
      : {
          numbering: 'per_billing_entity',
          billingEntitySequentialId: Number(billingEntitySequentialId),
          finalizedAt,
          timeZone: issuer.timezone,
        }
  return invoiceNumber(issuer.document_number_prefix, sequence)
}

/** Gives the next number of the series that an invoice belongs to. */
type Series = (subject: NumberingSubject) => bigint

interface LastNumber {
  readonly series: string
  readonly last: bigint
}

function countOn(lastNumbers: readonly LastNumber[], seriesOf: (subject: NumberingSubject) => string): Series {
  const last = new Map(lastNumbers.map(row => [row.series, row.last]))
  return subject => {
    const series = seriesOf(subject)
    const next = (last.get(series) ?? 0n) + 1n
    last.set(series, next)
    return next
  }
}

/** A series a customer and billing entity. */
async function customerSeries(tx: Ctx, subjects: readonly NumberingSubject[]): Promise<Series> {
  const { rows } = await sql<LastNumber>`
    select
      subject.customer_id || ' ' || subject.entity_id as series,
      coalesce(
        (
          select max(sequential_id)
          from invoices
          where organization_id = ${tx.org.id}
            and customer_id = subject.customer_id
            and billing_entity_id = subject.entity_id
        ),
        0
      ) as last
    from unnest(
      ${subjects.map(subject => subject.customer.id)}::uuid[],
      ${subjects.map(subject => subject.issuer.id)}::uuid[]
    ) as subject (customer_id, entity_id)`.execute(tx.db)
  return countOn(rows, ({ customer, issuer }) => `${customer.id} ${issuer.id}`)
}

async function entitySeries(tx: Ctx, subjects: readonly NumberingSubject[]): Promise<Series> {
  const ids = [...new Set(subjects.map(subject => subject.issuer.id))]
  if (ids.length === 0) return countOn([], subject => subject.issuer.id)
  await sql`
    select id
    from billing_entities
    where organization_id = ${tx.org.id} and id = any(${ids}::uuid[])
    order by id
    for no key update`.execute(tx.db)
  const { rows } = await sql<LastNumber>`
    select
      entity.id as series,
      coalesce(
        (
          select max(billing_entity_sequential_id)
          from invoices
          where organization_id = ${tx.org.id}
            and billing_entity_id = entity.id
            and billing_entity_sequential_id is not null
        ),
        0
      ) as last
    from unnest(${ids}::uuid[]) as entity (id)`.execute(tx.db)
  return countOn(rows, subject => subject.issuer.id)
}
