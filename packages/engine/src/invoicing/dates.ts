/** What the issuing date of a periodic invoice starts from. */
export type IssuingDateAnchor = 'current_period_end' | 'next_period_start'

/** Whether the issuing date of a draft waits for its finalization. */
export type IssuingDateAdjustment = 'align_with_finalization_date' | 'keep_anchor'

/** Settings of a customer or a billing entity; null where the customer leaves it to its billing entity. */
export interface IssuingPreferences {
  /** Days an invoice stays a draft. */
  readonly invoiceGracePeriod: number | null
  /** Days between the issuing date and the date payment is due. */
  readonly netPaymentTerm: number | null
  readonly issuingDateAnchor: IssuingDateAnchor | null
  readonly issuingDateAdjustment: IssuingDateAdjustment | null
}

/** The settings that apply to a customer. */
export interface IssuingSettings {
  readonly invoiceGracePeriod: number
  readonly netPaymentTerm: number
  readonly issuingDateAnchor: IssuingDateAnchor
  readonly issuingDateAdjustment: IssuingDateAdjustment
}

/**
 * How an invoice comes about: `periodic` and `non_periodic` (starting, terminating, changing plan) are subscription
 * invoices with a grace period; all others (one-off, credit, in advance, progressive) are `immediate`.
 */
export type InvoiceTiming = 'periodic' | 'non_periodic' | 'immediate'

export interface InvoiceDates {
  readonly issuingDate: Temporal.PlainDate
  readonly expectedFinalizationDate: Temporal.PlainDate
  readonly paymentDueDate: Temporal.PlainDate
}

/** The customer's own settings, else those of its billing entity, else no days and the next period's start. */
export function applicableIssuingSettings(
  customer: IssuingPreferences,
  billingEntity: IssuingPreferences,
): IssuingSettings {
  return {
    invoiceGracePeriod: customer.invoiceGracePeriod ?? billingEntity.invoiceGracePeriod ?? 0,
    netPaymentTerm: customer.netPaymentTerm ?? billingEntity.netPaymentTerm ?? 0,
    issuingDateAnchor: customer.issuingDateAnchor ?? billingEntity.issuingDateAnchor ?? 'next_period_start',
    issuingDateAdjustment:
      customer.issuingDateAdjustment ?? billingEntity.issuingDateAdjustment ?? 'align_with_finalization_date',
  }
}

/**
 * The dates of a new invoice.
 *
 * @param billingDate the billing instant's date in the customer's time zone
 * @example
 * // periodic, 5 days of grace, due in 30 days, anchored on the end of the period and kept there
 * invoiceDates(date('2024-03-01'), 'periodic', settings)
 * // issued 2024-02-29, finalized 2024-03-06, due 2024-03-30
 */
export function invoiceDates(
  billingDate: Temporal.PlainDate,
  timing: InvoiceTiming,
  settings: IssuingSettings,
): InvoiceDates {
  const issuingDate = billingDate.add({ days: issuingDelay(timing, settings) })
  return {
    issuingDate,
    expectedFinalizationDate: billingDate.add({ days: gracePeriod(timing, settings) }),
    paymentDueDate: paymentDueDate(issuingDate, settings),
  }
}

/**
 * The dates a draft, or an invoice that waited for its taxes, gets when it is finalized: issued today, unless it comes
 * from a periodic run and the customer keeps the anchor.
 *
 * @param today in the customer's time zone
 * @param timing of the first subscription on the invoice
 */
export function finalizationDates(
  issuingDate: Temporal.PlainDate,
  timing: InvoiceTiming,
  settings: IssuingSettings,
  today: Temporal.PlainDate,
): Pick<InvoiceDates, 'issuingDate' | 'paymentDueDate'> {
  const keepsAnchor = timing === 'periodic' && settings.issuingDateAdjustment === 'keep_anchor'
  const issued = keepsAnchor ? issuingDate : today
  return { issuingDate: issued, paymentDueDate: paymentDueDate(issued, settings) }
}

/** The date payment is due: the issuing date plus the net payment term. */
export function paymentDueDate(
  issuingDate: Temporal.PlainDate,
  settings: Pick<IssuingSettings, 'netPaymentTerm'>,
): Temporal.PlainDate {
  return issuingDate.add({ days: settings.netPaymentTerm })
}

/** Days from the billing date to the issuing date; -1 is the last day of the period billed. */
function issuingDelay(timing: InvoiceTiming, settings: IssuingSettings): number {
  const grace = gracePeriod(timing, settings)
  if (timing !== 'periodic') return grace
  const anchored = settings.issuingDateAnchor === 'current_period_end' ? -1 : 0
  if (settings.issuingDateAdjustment === 'keep_anchor') return anchored
  return grace > 0 ? grace : anchored
}

function gracePeriod(timing: InvoiceTiming, settings: IssuingSettings): number {
  return timing === 'immediate' ? 0 : settings.invoiceGracePeriod
}
