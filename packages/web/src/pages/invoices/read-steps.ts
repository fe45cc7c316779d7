import type { FeeExplanation, Step } from '../../api/invoices.ts'
import { currencyDecimals, formatPrice, minorToMajor } from '../../format/money.ts'
import { formatRate, formatUnits } from '../../format/numbers.ts'
import { t, tWord } from '../../messages/index.ts'

/** One line of the arithmetic, as people read it. */
export interface ReadStep {
  readonly label: string
  readonly formula: string
  readonly result: string
  /** What the result was before it was rounded; undefined where nothing was lost. */
  readonly before?: string
  /** Of all units, those of this tier. */
  readonly share?: number
  readonly strong?: boolean
}

type Reader = (step: Step) => ReadStep

/**
 * How a fee came to its amount: free units first, then what the parts cost (tiers, packages, events), the rounding to the
 * smallest unit of the currency, discounts and taxes. The API gives formulas of bare numbers; here each has its unit.
 */
export function readSteps(explanation: FeeExplanation, taxNames: Readonly<Record<string, string>> = {}): ReadStep[] {
  const { currency, inputs, steps } = explanation
  const unit = inputs.pricing_unit?.short_name
  const price = (amount: string) =>
    unit === undefined ? formatPrice(amount, currency) : `${formatUnits(amount)} ${unit}`
  const cents = (amount: string) => formatPrice(minorToMajor(amount, currencyDecimals(currency)), currency)
  const tiers = steps.filter(step => step.name.startsWith('tier ') && !step.name.endsWith('flat amount'))
  const total = tiers.reduce((sum, step) => sum + unitsIn(step), 0)
  const isOnlyTax = steps.filter(step => step.name.startsWith('tax ')).length <= 1
  const read: Reader = step => {
    const { name } = step
    if (name === 'amount') return amountStep(step, cents, unit)
    if (name.startsWith('tax ')) return taxStep(step, cents, taxNames[name.slice(4)] ?? name.slice(4))
    if (name === 'taxes') return { ...inCents(step, cents, t('steps.taxes')), formula: '' }
    if (name === 'total') return { ...inCents(step, cents, t('steps.total')), strong: true }
    if (name === 'sub_total_excluding_taxes') return inCents(step, cents, t('steps.after_discounts'))
    if (name === 'missing') return { ...priced(step, price, tWord('step', name)), formula: minus(step.formula, cents) }
    const share = tiers.length > 1 && tiers.includes(step) && total > 0 ? { share: unitsIn(step) / total } : {}
    return { ...priced(step, price, labelOf(name)), ...share }
  }
  const shown = steps.filter(step => !(step.name === 'taxes' && isOnlyTax))
  return [...freeSteps(inputs.amount_details ?? {}, price), ...shown.map(read)]
}

function unitsIn(step: Step): number {
  return Number(/^[\d.]+/.exec(step.formula)?.[0] ?? 0)
}

/** What costs nothing is not in the arithmetic, and is what people look for. */
function freeSteps(details: Readonly<Record<string, unknown>>, price: (amount: string) => string): ReadStep[] {
  const free = (key: string, label: string) => {
    const count = String(details[key] ?? 0)
    return Number(count) > 0 ? [{ label, formula: formatUnits(count), result: price('0') }] : []
  }
  return [...free('free_units', t('steps.free_units')), ...free('free_events', t('steps.free_events'))]
}

function labelOf(name: string): string {
  const tier = /^tier (\S+) to (\S+?)(, flat amount)?$/.exec(name)
  if (tier === null)
    return name.startsWith('price in ') ? t('steps.price_in', { unit: name.slice(9) }) : tWord('step', name)
  const [, from = '', to = '', flat] = tier
  const range = rangeOf(from, to)
  return flat === undefined ? range : t('steps.flat', { range })
}

function rangeOf(from: string, to: string): string {
  const isFirst = Number(from) === 0
  if (to === '∞') return isFirst ? t('steps.tier.all') : t('steps.tier.last', { from: formatUnits(from) })
  return isFirst
    ? t('steps.tier.first', { to: formatUnits(to) })
    : t('steps.tier.middle', { from: formatUnits(from), to: formatUnits(to) })
}

function priced(step: Step, price: (amount: string) => string, label: string): ReadStep {
  return {
    label,
    formula: pricedFormula(step.formula, price),
    result: price(step.rounded ?? step.unrounded),
    ...(step.rounded !== null && step.rounded !== step.unrounded && { before: price(step.unrounded) }),
  }
}

function pricedFormula(formula: string, price: (amount: string) => string): string {
  const share = /^([\d.]+) × ([\d.]+) %$/.exec(formula)
  if (share !== null) return `${formatUnits(share[1] ?? 0)} × ${formatRate(share[2] ?? 0)}`
  const product = /^([\d.]+) × ([\d.]+)$/.exec(formula)
  if (product !== null) return `${formatUnits(product[1] ?? 0)} × ${price(product[2] ?? '0')}`
  const packages = /^⌈([\d.]+) ÷ (\d+)⌉ × ([\d.]+)$/.exec(formula)
  if (packages !== null) {
    const [, units = '0', size = '1', amount = '0'] = packages
    const count = Math.ceil(Number(units) / Number(size))
    return `${t('steps.packages', { count, size: formatUnits(size), units: formatUnits(units) })} × ${price(amount)}`
  }
  const days = /^(\d+ of \d+ days) × ([\d.]+)$/.exec(formula)
  if (days !== null) return `${days[1]} × ${price(days[2] ?? '0')}`
  return /^-?[\d.]+$/.test(formula) ? '' : tWord('formula', formula)
}

function amountStep(step: Step, cents: (amount: string) => string, unit: string | undefined): ReadStep {
  const [, inUnit, rate] = /^([\d.]+) × ([\d.]+) × \d+$/.exec(step.formula) ?? []
  return {
    ...inCents(step, cents, t('steps.amount')),
    formula: inUnit === undefined ? '' : `${formatUnits(inUnit)} ${unit ?? ''} × ${formatUnits(rate ?? 1)}`,
    strong: true,
  }
}

function taxStep(step: Step, cents: (amount: string) => string, label: string): ReadStep {
  const [, base, rate] = /^(-?[\d.]+) × ([\d.]+) %$/.exec(step.formula) ?? []
  return {
    ...inCents(step, cents, label),
    ...(base !== undefined && { formula: `${cents(base)} × ${formatRate(rate ?? 0)}` }),
  }
}

function inCents(step: Step, cents: (amount: string) => string, label: string): ReadStep {
  return {
    label,
    formula: minus(step.formula, cents),
    result: cents(step.rounded ?? step.unrounded),
    ...(step.rounded !== null && Number(step.rounded) !== Number(step.unrounded) && { before: cents(step.unrounded) }),
  }
}

/** Sums and differences of amounts, each with its currency: `(5000 - 1200) ÷ 100` is `$50.00 − $12.00`. */
function minus(formula: string, cents: (amount: string) => string): string {
  const parts = formula.replace(/^\((.*)\) ÷ \d+$/, '$1')
  return /^-?[\d.]+( [-+] [\d.]+)*$/.test(parts)
    ? parts.replace(/ - /g, ' − ').replace(/(?<![\d.])[\d.]+/g, amount => cents(amount))
    : tWord('formula', formula)
}
