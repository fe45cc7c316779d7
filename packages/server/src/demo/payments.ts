import { atOnce, type DemoApi } from './api.ts'
import { CUSTOMERS, type Paying } from './customers.ts'

interface OpenInvoice {
  readonly lago_id: string
  readonly number: string
  readonly issuing_date: string
  readonly total_due_amount_cents: number
  readonly customer: { readonly external_id: string }
}

const WIRE_DAYS = 7
const LATE_DAYS = 44

/** Those who pay by bank transfer pay what they would have paid by a day. */
export async function payByWire(api: DemoApi, today: Temporal.PlainDate): Promise<void> {
  const { invoices } = await api.call<{ invoices: readonly OpenInvoice[] }>(
    'GET',
    '/invoices?status[]=finalized&payment_status[]=pending&per_page=100',
  )
  await atOnce(invoices, async ({ lago_id, number, issuing_date, total_due_amount_cents: due, customer }) => {
    const pays = CUSTOMERS.find(({ id }) => id === customer.external_id)?.pays ?? 'card'
    const day = dayOfPayment(pays, Temporal.PlainDate.from(issuing_date))
    if (due === 0 || day === undefined || Temporal.PlainDate.compare(day, today) > 0) return
    await api.call('POST', '/payments', {
      payment: {
        invoice_id: lago_id,
        amount_cents: due,
        reference: `Transfer for ${number}`,
        paid_at: day.toString(),
      },
    })
  })
}

/** Undefined for what is never paid by transfer. */
function dayOfPayment(pays: Paying, issued: Temporal.PlainDate): Temporal.PlainDate | undefined {
  if (pays === 'card') return undefined
  const day = issued.add({ days: pays === 'late' ? LATE_DAYS : WIRE_DAYS })
  return typeof pays === 'object' && Temporal.PlainDate.compare(day, pays.stops) >= 0 ? undefined : day
}
