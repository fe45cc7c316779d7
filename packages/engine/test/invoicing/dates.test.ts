import { describe, expect, it } from 'vitest'
import type { InvoiceTiming, IssuingPreferences, IssuingSettings } from '../../src/invoicing/index.ts'
import { applicableIssuingSettings, finalizationDates, invoiceDates } from '../../src/invoicing/index.ts'
import { date, rows } from '../calendar/support.ts'

function settings(changes: Partial<IssuingSettings> = {}): IssuingSettings {
  return {
    invoiceGracePeriod: 5,
    netPaymentTerm: 30,
    issuingDateAnchor: 'next_period_start',
    issuingDateAdjustment: 'align_with_finalization_date',
    ...changes,
  }
}

const none: IssuingPreferences = {
  invoiceGracePeriod: null,
  netPaymentTerm: null,
  issuingDateAnchor: null,
  issuingDateAdjustment: null,
}

const timings: Record<string, InvoiceTiming> = {
  periodic: 'periodic',
  terminating: 'non_periodic',
  'in advance': 'immediate',
}

describe('the dates of an invoice billed on 1 March 2024, due in 30 days', () => {
  it.each(
    rows(`
      periodic    | next_period_start  | align | 5 | 2024-03-06 | 2024-03-06 | 2024-04-05
      periodic    | next_period_start  | keep  | 5 | 2024-03-01 | 2024-03-06 | 2024-03-31
      periodic    | current_period_end | align | 5 | 2024-03-06 | 2024-03-06 | 2024-04-05
      periodic    | current_period_end | keep  | 5 | 2024-02-29 | 2024-03-06 | 2024-03-30
      terminating | current_period_end | keep  | 5 | 2024-03-06 | 2024-03-06 | 2024-04-05
      periodic    | current_period_end | align | 0 | 2024-02-29 | 2024-03-01 | 2024-03-30
      periodic    | next_period_start  | align | 0 | 2024-03-01 | 2024-03-01 | 2024-03-31
      in advance  | current_period_end | keep  | 5 | 2024-03-01 | 2024-03-01 | 2024-03-31
    `),
  )('%s, %s, %s, %s days of grace', (kind, anchor, adjustment, ...others) => {
    const [grace, issued = '', finalized = '', due = ''] = others
    const chosen = settings({
      invoiceGracePeriod: Number(grace),
      issuingDateAnchor: anchor === 'next_period_start' ? 'next_period_start' : 'current_period_end',
      issuingDateAdjustment: adjustment === 'keep' ? 'keep_anchor' : 'align_with_finalization_date',
    })
    expect(invoiceDates(date('2024-03-01'), timings[kind] ?? 'immediate', chosen)).toEqual({
      issuingDate: date(issued),
      expectedFinalizationDate: date(finalized),
      paymentDueDate: date(due),
    })
  })
})

describe('the settings that apply', () => {
  it("are the customer's, zero included, then its billing entity's, then the defaults", () => {
    const entity = { ...none, invoiceGracePeriod: 3, netPaymentTerm: 15 }
    const customer: IssuingPreferences = { ...none, invoiceGracePeriod: 0, issuingDateAdjustment: 'keep_anchor' }
    expect(applicableIssuingSettings(customer, entity)).toEqual({
      invoiceGracePeriod: 0,
      netPaymentTerm: 15,
      issuingDateAnchor: 'next_period_start',
      issuingDateAdjustment: 'keep_anchor',
    })
    expect(applicableIssuingSettings(none, none)).toEqual(settings({ invoiceGracePeriod: 0, netPaymentTerm: 0 }))
  })
})

describe('finalizing a draft', () => {
  const issued = date('2024-03-01')
  const today = date('2024-03-07')
  const keeping = settings({ issuingDateAdjustment: 'keep_anchor', netPaymentTerm: 10 })

  it('issues it today', () => {
    expect(finalizationDates(issued, 'periodic', settings(), today)).toEqual({
      issuingDate: today,
      paymentDueDate: date('2024-04-06'),
    })
  })

  it('keeps the issuing date of a periodic invoice whose customer keeps the anchor', () => {
    const dates = { issuingDate: issued, paymentDueDate: date('2024-03-11') }
    expect(finalizationDates(issued, 'periodic', keeping, today)).toEqual(dates)
    expect(finalizationDates(issued, 'non_periodic', keeping, today).issuingDate).toEqual(today)
  })
})
