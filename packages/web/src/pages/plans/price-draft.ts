import { decimal } from '@weir/engine'
import type { Properties } from '../../api/plans.ts'
import { ungrouped } from '../../format/numbers.ts'

/** What charges can be priced by, in the order they are offered. */
export const CHARGE_MODELS = [
  'standard',
  'graduated',
  'volume',
  'package',
  'percentage',
  'graduated_percentage',
  'dynamic',
  'custom',
] as const
export type ChargeModel = (typeof CHARGE_MODELS)[number]

export const FIXED_CHARGE_MODELS = ['standard', 'graduated', 'volume'] as const

/** A range of units as it is typed. The last one has no end. */
export interface TierDraft {
  readonly key: string
  readonly from: string
  readonly to: string
  readonly perUnit: string
  readonly rate: string
  readonly flat: string
  /** What the tier was stored with besides, kept as it is. */
  readonly rest: Properties
}

export interface PresentationKey {
  readonly value: string
  readonly onInvoice: boolean
}

/** The fields of all charge models as they are typed, so that another model can be looked at and nothing is lost. */
export interface PriceDraft {
  readonly amount: string
  readonly packageSize: string
  readonly freeUnits: string
  readonly rate: string
  readonly fixedAmount: string
  readonly freeEvents: string
  readonly freeTotal: string
  readonly min: string
  readonly max: string
  readonly tiers: readonly TierDraft[]
  readonly groupKeys: readonly string[]
  readonly presentation: readonly PresentationKey[]
}

let lastKey = 0

/** Names a row of a form that has no id yet. */
export function newKey(): string {
  lastKey += 1
  return `new-${lastKey}`
}

export function newTier(from: string, to = ''): TierDraft {
  return { key: newKey(), from, to, perUnit: '', rate: '', flat: '', rest: {} }
}

export function emptyPrice(): PriceDraft {
  return {
    amount: '',
    packageSize: '',
    freeUnits: '',
    rate: '',
    fixedAmount: '',
    freeEvents: '',
    freeTotal: '',
    min: '',
    max: '',
    tiers: [newTier('0', '100'), newTier('101')],
    groupKeys: [],
    presentation: [],
  }
}

/** The key of the tiers among the properties of a model; undefined for models without. */
export function tiersKey(model: string): string | undefined {
  return {
    graduated: 'graduated_ranges',
    volume: 'volume_ranges',
    graduated_percentage: 'graduated_percentage_ranges',
  }[model]
}

/** Whether the price is a share of the units, which are money then. */
export function isShare(model: string): boolean {
  return model === 'percentage' || model === 'graduated_percentage'
}

/** The properties of a charge or filter, as the API gives them, for typing. */
export function priceDraft(model: string, properties: Properties): PriceDraft {
  const key = tiersKey(model)
  const tiers = key === undefined ? undefined : (properties[key] as readonly Properties[] | undefined)
  const presentation = (properties.presentation_group_keys ?? []) as readonly {
    readonly value: string
    readonly options?: { readonly display_in_invoice?: boolean }
  }[]
  return {
    ...emptyPrice(),
    amount: text(properties.amount),
    packageSize: text(properties.package_size),
    freeUnits: text(properties.free_units),
    rate: text(properties.rate),
    fixedAmount: text(properties.fixed_amount),
    freeEvents: text(properties.free_units_per_events),
    freeTotal: text(properties.free_units_per_total_aggregation),
    min: text(properties.per_transaction_min_amount),
    max: text(properties.per_transaction_max_amount),
    ...(tiers !== undefined && { tiers: tiers.map(tierDraft) }),
    groupKeys: (properties.pricing_group_keys ?? properties.grouped_by ?? []) as readonly string[],
    presentation: presentation.map(({ value, options }) => ({
      value,
      onInvoice: options?.display_in_invoice !== false,
    })),
  }
}

function tierDraft({ from_value, to_value, per_unit_amount, rate, flat_amount, ...rest }: Properties): TierDraft {
  return {
    key: newKey(),
    from: text(from_value),
    to: text(to_value),
    perUnit: text(per_unit_amount),
    rate: text(rate),
    flat: text(flat_amount),
    rest,
  }
}

/** What was typed for a model, as the API takes it. What is no number is sent as it is, and refused there. */
export function propertiesOf(model: string, price: PriceDraft): Properties {
  return { ...modelProperties(model, price), ...groupKeys(price) }
}

function modelProperties(model: string, price: PriceDraft): Properties {
  const key = tiersKey(model)
  if (key !== undefined) return { [key]: price.tiers.map(tier => tierProperties(model, tier)) }
  switch (model) {
    case 'standard':
      return { amount: ungrouped(price.amount) }
    case 'package':
      return {
        amount: ungrouped(price.amount),
        package_size: numberOrText(price.packageSize),
        free_units: numberOrText(price.freeUnits === '' ? '0' : price.freeUnits),
      }
    case 'percentage':
      return {
        rate: ungrouped(price.rate),
        ...given('fixed_amount', price.fixedAmount),
        ...(price.freeEvents.trim() !== '' && { free_units_per_events: numberOrText(price.freeEvents) }),
        ...given('free_units_per_total_aggregation', price.freeTotal),
        ...given('per_transaction_min_amount', price.min),
        ...given('per_transaction_max_amount', price.max),
      }
    default:
      return {}
  }
}

function tierProperties(model: string, tier: TierDraft): Properties {
  return {
    ...tier.rest,
    from_value: numberOrText(tier.from),
    to_value: tier.to.trim() === '' ? null : numberOrText(tier.to),
    ...(model === 'graduated_percentage'
      ? { rate: ungrouped(tier.rate) }
      : { per_unit_amount: ungrouped(tier.perUnit) }),
    // A tier that costs nothing when it is reached need not say so.
    flat_amount: tier.flat.trim() === '' ? '0' : ungrouped(tier.flat),
  }
}

function groupKeys({ groupKeys: pricing, presentation }: PriceDraft): Properties {
  return {
    ...(pricing.length > 0 && { pricing_group_keys: pricing }),
    ...(presentation.length > 0 && {
      presentation_group_keys: presentation.map(({ value, onInvoice }) => ({
        value,
        options: { display_in_invoice: onInvoice },
      })),
    }),
  }
}

/** Bounds and sizes are numbers to the API, amounts are texts. */
function numberOrText(typed: string): number | string {
  const plain = ungrouped(typed)
  return /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : plain
}

function given(key: string, typed: string): Properties {
  return typed.trim() === '' ? {} : { [key]: ungrouped(typed) }
}

function text(value: unknown): string {
  return value === undefined || value === null ? '' : String(value)
}

/** A tier with another end; the next one begins as far behind it as it did before, or one unit behind. */
export function withTierEnd(tiers: readonly TierDraft[], place: number, to: string): TierDraft[] {
  const gap = gapAfter(tiers, place)
  return tiers.map((tier, index) => {
    if (index === place) return { ...tier, to }
    const end = readDecimal(to)
    return index === place + 1 && end !== undefined ? { ...tier, from: end.plus(gap).toFixed() } : tier
  })
}

/** One more tier before the last one, which stays without an end. */
export function withTierAdded(tiers: readonly TierDraft[]): TierDraft[] {
  const last = tiers.at(-1)
  if (last === undefined) return [newTier('0')]
  const start = readDecimal(last.from) ?? decimal(0)
  const end = start.isZero() ? decimal(100) : start.times(10).toSignificantDigits(1)
  const ended = { ...last, to: end.toFixed() }
  const gap = tiers.length > 1 ? gapAfter(tiers, tiers.length - 2) : 1
  return [...tiers.slice(0, -1), ended, newTier(end.plus(gap).toFixed())]
}

/** The tiers without one; those around it move together. */
export function withoutTier(tiers: readonly TierDraft[], place: number): TierDraft[] {
  const left = tiers.filter((_, index) => index !== place)
  const taken = tiers[place]
  return left.map((tier, index) => {
    if (index === place && taken !== undefined) return { ...tier, from: taken.from }
    return index === left.length - 1 ? { ...tier, to: '' } : tier
  })
}

function gapAfter(tiers: readonly TierDraft[], place: number): number {
  const end = readDecimal(tiers[place]?.to ?? '')
  const start = readDecimal(tiers[place + 1]?.from ?? '')
  const gap = end === undefined || start === undefined ? 1 : start.minus(end).toNumber()
  return [0, 1, 2].includes(gap) ? gap : 1
}

/** What was typed as a decimal, where it is one. */
export function readDecimal(typed: string) {
  const plain = ungrouped(typed)
  return /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(plain) ? decimal(plain) : undefined
}
