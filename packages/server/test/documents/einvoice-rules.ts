/** Amounts of an e-invoice in cents, as they stand in its XML. */
export interface EInvoiceAmounts {
  readonly lines: readonly { readonly amount: number; readonly rate: number }[]
  readonly reductionsByRate: readonly { readonly amount: number; readonly rate: number; readonly isCharge: boolean }[]
  readonly byRate: readonly { readonly taxable: number; readonly tax: number; readonly rate: number }[]
  readonly fees: number
  readonly exclusive: number
  readonly inclusive: number
  readonly reductions: number
  readonly charges: number
  readonly prepaid: number
  readonly taxes: number
  readonly total: number
}

const cents = (text: string | undefined) => Math.round(Number(text ?? 0) * 100)
const partsOf = (xml: string, name: string) =>
  [...xml.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))].map(([, inner = '']) => inner)
const textOf = (xml: string, name: string) => new RegExp(`<${name}(?: [^>]*)?>([^<]*)<`).exec(xml)?.[1]

/** Reads a UBL invoice or credit note. */
export function ublAmounts(xml: string): EInvoiceAmounts {
  const [totals = ''] = partsOf(xml, 'cac:LegalMonetaryTotal')
  const [taxTotal = ''] = partsOf(xml, 'cac:TaxTotal')
  const rateOf = (part: string) => Number(textOf(part, 'cbc:Percent') ?? 0)
  return {
    lines: [...partsOf(xml, 'cac:InvoiceLine'), ...partsOf(xml, 'cac:CreditNoteLine')].map(line => ({
      amount: cents(textOf(line, 'cbc:LineExtensionAmount')),
      rate: rateOf(line),
    })),
    reductionsByRate: partsOf(xml, 'cac:AllowanceCharge').map(part => ({
      amount: cents(textOf(part, 'cbc:Amount')),
      rate: rateOf(part),
      isCharge: textOf(part, 'cbc:ChargeIndicator') === 'true',
    })),
    byRate: partsOf(taxTotal, 'cac:TaxSubtotal').map(part => ({
      taxable: cents(textOf(part, 'cbc:TaxableAmount')),
      tax: cents(textOf(part, 'cbc:TaxAmount')),
      rate: rateOf(part),
    })),
    fees: cents(textOf(totals, 'cbc:LineExtensionAmount')),
    exclusive: cents(textOf(totals, 'cbc:TaxExclusiveAmount')),
    inclusive: cents(textOf(totals, 'cbc:TaxInclusiveAmount')),
    reductions: cents(textOf(totals, 'cbc:AllowanceTotalAmount')),
    charges: cents(textOf(totals, 'cbc:ChargeTotalAmount')),
    prepaid: cents(textOf(totals, 'cbc:PrepaidAmount')),
    taxes: cents(textOf(taxTotal, 'cbc:TaxAmount')),
    total: cents(textOf(totals, 'cbc:PayableAmount')),
  }
}

/** The rules of EN 16931 about sums that do not hold. Taxes by rate may differ from the rate by a unit, as its schematron has it. */
export function brokenRules(e: EInvoiceAmounts): string[] {
  const sum = (amounts: readonly { amount: number }[]) => amounts.reduce((total, { amount }) => total + amount, 0)
  const at = <T extends { rate: number }>(rows: readonly T[], rate: number) => rows.filter(row => row.rate === rate)
  const allowances = e.reductionsByRate.filter(part => !part.isCharge)
  const charges = e.reductionsByRate.filter(part => part.isCharge)
  const rules: [string, boolean][] = [
    ['BR-16 a line', e.lines.length > 0],
    ['BR-CO-10 lines', sum(e.lines) === e.fees],
    ['BR-CO-11 allowances', sum(allowances) === e.reductions],
    ['BR-CO-12 charges', sum(charges) === e.charges],
    ['BR-CO-13 without taxes', e.fees - e.reductions + e.charges === e.exclusive],
    ['BR-CO-14 taxes', e.byRate.reduce((total, { tax }) => total + tax, 0) === e.taxes],
    ['BR-CO-15 with taxes', e.exclusive + e.taxes === e.inclusive],
    ['BR-CO-16 payable', e.inclusive - e.prepaid === e.total],
    ...e.byRate.flatMap(({ rate, taxable, tax }): [string, boolean][] => [
      [`BR-CO-17 tax at ${rate}`, Math.abs(Math.round((taxable * rate) / 100) - tax) < 100],
      [
        `BR-S-08 taxable at ${rate}`,
        sum(at(e.lines, rate)) - sum(at(allowances, rate)) + sum(at(charges, rate)) === taxable,
      ],
    ]),
    ['BR-CO-18 every rate', e.lines.every(({ rate }) => e.byRate.some(part => part.rate === rate))],
  ]
  return rules.flatMap(([rule, holds]) => (holds ? [] : [rule]))
}
