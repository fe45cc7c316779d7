import { describe, expect, it } from 'vitest'
import { defaultDocumentNumberPrefix, draftNumber, invoiceNumber, numberingOf } from '../../src/invoicing/index.ts'
import { instant } from '../calendar/support.ts'

describe('invoice numbers', () => {
  const prefix = 'NOR-9F3C'

  it('are the same for all invoices that are not finalized', () => {
    expect(draftNumber(prefix)).toBe('NOR-9F3C-DRAFT')
  })

  it.each([
    [4, 1, 'NOR-9F3C-004-001'],
    [9, 12, 'NOR-9F3C-009-012'],
    [1234, 1000, 'NOR-9F3C-1234-1000'],
  ])('count the invoices of customer %i: %i', (customerSequentialId, sequentialId, number) => {
    expect(invoiceNumber(prefix, { numbering: 'per_customer', customerSequentialId, sequentialId })).toBe(number)
  })

  it.each([
    ['2024-06-01T02:00:00Z', 'America/New_York', 1, 'NOR-9F3C-202405-001'],
    ['2024-06-01T02:00:00Z', null, 1, 'NOR-9F3C-202406-001'],
    ['2024-07-10T12:00:00Z', 'America/New_York', 3, 'NOR-9F3C-202407-003'],
  ])('carry the month of finalization at the billing entity: %s in %s', (finalizedAt, timeZone, id, number) => {
    const sequence = {
      numbering: 'per_billing_entity',
      billingEntitySequentialId: id,
      finalizedAt: instant(finalizedAt),
      timeZone,
    } as const
    expect(invoiceNumber(prefix, sequence)).toBe(number)
  })

  it('leave the series of the billing entity alone when self-billed', () => {
    expect(numberingOf('per_billing_entity', true)).toBe('per_customer')
    expect(numberingOf('per_billing_entity', false)).toBe('per_billing_entity')
    expect(numberingOf('per_customer', false)).toBe('per_customer')
  })

  it('start with the name and the id of the billing entity when it has no prefix', () => {
    expect(defaultDocumentNumberPrefix('Northwind', '018f2f6e-9c1b-7a30-8a52-2f3ad7a09f3c')).toBe('NOR-9F3C')
  })
})
