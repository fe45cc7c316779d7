import { describe, expect, it } from 'vitest'
import {
  applyCreditNotes,
  type CreditedFee,
  type CreditNoteSettlement,
  creditableCents,
  creditNoteAmounts,
  settleCreditNote,
} from '../../src/crediting/index.ts'
import { decimal } from '../../src/money/index.ts'

function fee(id: string, amountCents: number, coupons: string, ...taxCodes: string[]): CreditedFee {
  return { id, amountCents: BigInt(amountCents), preciseCouponsAmountCents: decimal(coupons), taxCodes }
}
const tax = (code: string, rate: number) => ({ code, rate, taxableShare: decimal(1) })
const item = (of: CreditedFee, amount: string) => ({ fee: of, preciseAmountCents: decimal(amount) })
const credit = (creditCents: bigint): CreditNoteSettlement => ({ creditCents, refundCents: 0n, offsetCents: 0n })

describe('the amounts of a credit note', () => {
  it('take off the fees’ share of coupons and give back their taxes', () => {
    const a = fee('a', 7345, '854.06977', 'vat')
    const b = fee('b', 1209, '140.58140', 'reduced')
    const amounts = creditNoteAmounts([item(a, '3000'), item(b, '1209')], [tax('vat', 20), tax('reduced', 5.5)])
    expect(amounts).toMatchObject({
      couponsAdjustmentCents: 489n,
      taxes: [
        { code: 'vat', baseAmountCents: 2651n, amountCents: 530n },
        { code: 'reduced', baseAmountCents: 1068n, amountCents: 59n },
      ],
      taxesCents: 589n,
      taxesRate: 15.835,
      subTotalExcludingTaxesCents: 3720n,
    })
    expect(amounts.preciseCouponsAdjustmentCents.toFixed()).toBe('489.41861')
    expect(amounts.preciseTaxesCents.toFixed()).toBe('588.99558')
    expect(amounts.preciseTotalCents.toFixed()).toBe('4308.57697')
    for (const asked of [4308n, 4309n, 4310n]) {
      expect(settleCreditNote(amounts, credit(asked))).toEqual(credit(4309n))
    }
  })

  it.each<[string, number, bigint, bigint, string, [bigint, bigint][]]>([
    [
      '3333.33333',
      257,
      257n,
      3333n,
      '3590',
      [
        [3589n, 3590n],
        [3590n, 3590n],
        [3591n, 3590n],
      ],
    ],
    [
      '100.5',
      8,
      8n,
      101n,
      '108.2385',
      [
        [107n, 108n],
        [108n, 109n],
        [109n, 109n],
      ],
    ],
    [
      '1234.49',
      95,
      95n,
      1234n,
      '1329.54573',
      [
        [1329n, 1329n],
        [1330n, 1329n],
        [1331n, 1330n],
      ],
    ],
    [
      '66.67',
      5,
      5n,
      67n,
      '71.80359',
      [
        [71n, 72n],
        [72n, 72n],
        [73n, 72n],
      ],
    ],
  ])('round once for an item of %s', (amount, _, taxes, subTotal, total, settlements) => {
    const amounts = creditNoteAmounts([item(fee('f', 9999, '0', 'vat'), amount)], [tax('vat', 7.7)])
    expect([amounts.taxesCents, amounts.subTotalExcludingTaxesCents, amounts.preciseTotalCents.toFixed()]).toEqual([
      taxes,
      subTotal,
      total,
    ])
    for (const [asked, settled] of settlements)
      expect(settleCreditNote(amounts, credit(asked))).toEqual(credit(settled))
  })

  it('come to the taxes of the invoice with the note that empties it', () => {
    const third = [item(fee('f', 9999, '0', 'vat'), '3333')]
    const one = creditNoteAmounts(third, [tax('vat', 7.7)])
    const earlier = decimal(one.taxesCents).minus(one.preciseTaxesCents).times(2)
    const last = creditNoteAmounts(third, [tax('vat', 7.7)], earlier)
    expect([one.taxesCents, last.preciseTaxesCents.toFixed(), last.taxesCents]).toEqual([257n, '255.923', 256n])
    expect(last.taxes[0]?.amountCents).toBe(257n)
  })

  it.each<[string, CreditNoteSettlement, CreditNoteSettlement]>([
    [
      'the credit',
      { creditCents: 50n, refundCents: 30n, offsetCents: 29n },
      { creditCents: 49n, refundCents: 30n, offsetCents: 29n },
    ],
    [
      'else the offset',
      { creditCents: 0n, refundCents: 80n, offsetCents: 29n },
      { creditCents: 0n, refundCents: 80n, offsetCents: 28n },
    ],
    [
      'else the refund',
      { creditCents: 0n, refundCents: 109n, offsetCents: 0n },
      { creditCents: 0n, refundCents: 108n, offsetCents: 0n },
    ],
  ])('let %s give way by a cent', (_, asked, settled) => {
    expect(settleCreditNote({ taxesCents: 8n, subTotalExcludingTaxesCents: 100n }, asked)).toEqual(settled)
  })

  it('cannot exceed what the fees have left, less discounts, with taxes', () => {
    const fees = [{ creditableCents: 9999n, taxesRate: 7.7 }]
    expect(creditableCents(fees, 0n, 9999n).toFixed()).toBe('10769')
    expect(creditableCents([{ creditableCents: 5000n, taxesRate: 20 }], 1000n, 10_000n).toFixed()).toBe('5400')
    expect(creditableCents([{ creditableCents: 0n, taxesRate: 20 }], 0n, 10_000n).toFixed()).toBe('0')
  })
})

describe('credit notes that pay for an invoice', () => {
  const fees = [
    { id: 'p', amountCents: 3000n, preciseCouponsAmountCents: decimal(0), taxesAmountCents: 600n },
    { id: 'q', amountCents: 1001n, preciseCouponsAmountCents: decimal(0), taxesAmountCents: 55n },
  ]
  const shares = (notes: { id: string; balanceAmountCents: bigint }[]) => {
    const used = applyCreditNotes(4656n, fees, notes)
    return [
      used.credits.map(({ creditNoteId, amountCents }) => [creditNoteId, Number(amountCents)]),
      [...used.preciseCreditNotesAmountCents.values()].map(share => share.toFixed()),
    ]
  }

  it('are used oldest first, and shared by the fees', () => {
    const [first, second] = [
      { id: 'first', balanceAmountCents: 1000n },
      { id: 'second', balanceAmountCents: 5000n },
    ]
    expect(shares([first])).toEqual([[['first', 1000]], ['773.19588', '226.80412']])
    expect(shares([first, second])).toEqual([
      [
        ['first', 1000],
        ['second', 3656],
      ],
      ['3600', '1056'],
    ])
    expect(shares([{ id: 'empty', balanceAmountCents: 0n }])).toEqual([[], ['0', '0']])
  })
})
