import { isCurrency } from '@weir/engine'
import { formatPrice } from '../../format/money.ts'
import { formatRate, formatUnits, ungrouped } from '../../format/numbers.ts'
import { t, tWord } from '../../messages/index.ts'
import type { ChargeDraft, FixedChargeDraft } from './charge-draft.ts'
import { filterName } from './filter-name.ts'
import { type PlanDraft, splitsMonths } from './plan-draft.ts'
import { isShare, type PriceDraft, readDecimal, tiersKey } from './price-draft.ts'

/** Something that can be said of a plan or a part of it: the same words wherever it is told. */
export interface Fact {
  readonly label: string
  readonly value: string
}

/** An amount in major units with its currency, or in a unit of account; what is no number as it was typed. */
export function amountText(typed: string, unit: string): string {
  const plain = ungrouped(typed)
  if (readDecimal(plain) === undefined) return typed.trim() === '' ? formatZero(unit) : typed
  return isCurrency(unit) ? formatPrice(plain, unit) : `${formatUnits(plain)} ${unit}`
}

function formatZero(unit: string): string {
  return isCurrency(unit) ? formatPrice('0', unit) : `0 ${unit}`
}

/** @example tierText({ from: '101', to: '' }) // '101 and more' */
export function tierText({ from, to }: { readonly from: string; readonly to: string }): string {
  return to.trim() === '' ? t('plans.tier.open', { from }) : t('plans.tier.range', { from, to })
}

/** What a charge, a filter or a fixed charge costs. `unit`: a currency or the short name of a pricing unit. */
export function priceFacts(model: string, price: PriceDraft, unit: string): Fact[] {
  if (tiersKey(model) !== undefined) {
    return price.tiers.map(tier => {
      const each = isShare(model)
        ? formatRateText(tier.rate)
        : t('plans.price.each', { amount: amountText(tier.perUnit, unit) })
      const flat = readDecimal(tier.flat)
      const value =
        flat === undefined || flat.isZero()
          ? each
          : t('plans.price.plus_flat', { each, flat: amountText(tier.flat, unit) })
      return { label: tierText(tier), value }
    })
  }
  const optional = (label: string, typed: string, value: string): Fact[] =>
    typed.trim() === '' ? [] : [{ label, value }]
  switch (model) {
    case 'standard':
      return [{ label: t('plans.price.per_unit'), value: amountText(price.amount, unit) }]
    case 'package':
      return [
        {
          label: t('plans.price.per_package'),
          value: t('plans.price.package_text', { amount: amountText(price.amount, unit), size: price.packageSize }),
        },
        ...(readDecimal(price.freeUnits)?.greaterThan(0) === true
          ? [{ label: t('plans.price.free_units'), value: formatUnits(ungrouped(price.freeUnits)) }]
          : []),
      ]
    case 'percentage':
      return [
        { label: t('plans.price.rate'), value: formatRateText(price.rate) },
        ...optional(t('plans.price.fixed_amount'), price.fixedAmount, amountText(price.fixedAmount, unit)),
        ...optional(t('plans.price.free_events'), price.freeEvents, price.freeEvents),
        ...optional(t('plans.price.free_total'), price.freeTotal, amountText(price.freeTotal, unit)),
        ...optional(t('plans.price.min'), price.min, amountText(price.min, unit)),
        ...optional(t('plans.price.max'), price.max, amountText(price.max, unit)),
      ]
    default:
      return [{ label: t('plans.price'), value: tWord('plans.price.none', model) }]
  }
}

function formatRateText(typed: string): string {
  return readDecimal(typed) === undefined ? typed : formatRate(ungrouped(typed))
}

/** What a charge is called on invoices. */
export function chargeName(charge: Pick<ChargeDraft, 'displayName' | 'metric' | 'code'>): string {
  return charge.displayName.trim() || charge.metric?.name || charge.code || t('plans.charge.unnamed')
}

export function fixedChargeName(charge: Pick<FixedChargeDraft, 'displayName' | 'addOn' | 'code'>): string {
  return charge.displayName.trim() || charge.addOn?.name || charge.code || t('plans.charge.unnamed')
}

/** The price in a line: of tiers, the first and how many there are. */
export function priceSummary(model: string, price: PriceDraft, unit: string): string {
  const facts = priceFacts(model, price, unit)
  const [first] = facts
  if (first === undefined) return ''
  if (tiersKey(model) !== undefined) {
    return facts.length === 1 ? first.value : t('plans.price.tiers', { count: facts.length, first: first.value })
  }
  return facts.map(fact => fact.value).join(', ')
}

/** How a charge is asked for, besides its price. */
export function termsFacts(charge: ChargeDraft, unit: string): Fact[] {
  const { payInAdvance, invoicing } = charge
  return [
    { label: t('plans.charge.metric'), value: charge.metric?.name ?? '' },
    { label: t('plans.charge.model'), value: tWord('charge_model', charge.model) },
    {
      label: t('plans.charge.asked'),
      value: payInAdvance
        ? `${t('plans.charge.advance')}. ${t('plans.charge.invoicing')}: ${t(`plans.charge.${invoicing}`)}`
        : t('plans.charge.arrears'),
    },
    ...(charge.prorated ? [{ label: t('plans.charge.prorated'), value: t('common.yes') }] : []),
    ...said(t('plans.charge.minimum'), charge.minAmount, amountText(charge.minAmount, unit)),
    ...said(t('plans.invoice_name'), charge.displayName),
    ...said(t('plans.taxes'), charge.taxCodes.join(', ')),
    ...said(t('plans.group_keys'), charge.price.groupKeys.join(', ')),
    ...said(t('plans.presentation_keys'), charge.price.presentation.map(one => one.value).join(', ')),
    ...(charge.unit === null
      ? []
      : [
          { label: t('plans.charge.unit'), value: unit },
          { label: t('plans.charge.conversion'), value: charge.unit.rate },
        ]),
    ...(charge.acceptsTargetWallet ? [{ label: t('plans.charge.target_wallet'), value: t('common.yes') }] : []),
    ...said(t('plans.charge.code'), charge.code),
  ]
}

/** All there is to say of a charge, filters included. */
export function chargeFacts(charge: ChargeDraft, unit: string): Fact[] {
  return [
    ...termsFacts(charge, unit),
    ...priceFacts(charge.model, charge.price, unit),
    ...charge.filters.flatMap(filter => {
      const name = filterName(filter)
      return [
        ...priceFacts(charge.model, filter.price, unit).map(({ label, value }) => ({
          label: `${filterValues(filter.values)}: ${label}`,
          value,
        })),
        ...(filter.displayName.trim() === ''
          ? []
          : [{ label: `${filterValues(filter.values)}: ${t('plans.invoice_name')}`, value: name }]),
        ...said(`${filterValues(filter.values)}: ${t('plans.group_keys')}`, filter.price.groupKeys.join(', ')),
      ]
    }),
  ]
}

/** The values that a filter is for, which is what makes it the filter it is. */
export function filterValues(values: Readonly<Record<string, readonly string[]>>): string {
  return filterName({ displayName: '', values })
}

/** All there is to say of a fixed charge. */
export function fixedChargeFacts(charge: FixedChargeDraft, currency: string): Fact[] {
  return [
    { label: t('plans.fixed.add_on'), value: charge.addOn?.name ?? '' },
    { label: t('plans.charge.model'), value: tWord('charge_model', charge.model) },
    { label: t('plans.fixed.units'), value: formatUnits(ungrouped(charge.units) || '0') },
    {
      label: t('plans.fixed.charged'),
      value: charge.payInAdvance ? t('plans.fixed.at_beginning') : t('plans.fixed.at_end'),
    },
    ...(charge.prorated ? [{ label: t('plans.charge.prorated'), value: t('common.yes') }] : []),
    ...said(t('plans.invoice_name'), charge.displayName),
    ...said(t('plans.taxes'), charge.taxCodes.join(', ')),
    ...said(t('plans.charge.code'), charge.code),
    ...priceFacts(charge.model, charge.price, currency),
  ]
}

/** What the plan itself is, without its fee. */
export function settingsFacts(plan: PlanDraft): Fact[] {
  return [
    { label: t('common.name'), value: plan.name },
    { label: t('common.code'), value: plan.code },
    ...said(t('form.description'), plan.description),
    { label: t('plans.interval'), value: tWord('plans.interval', plan.interval) },
    ...(splitsMonths(plan.interval)
      ? [
          { label: t('plans.charges_monthly'), value: plan.billChargesMonthly ? t('common.yes') : t('common.no') },
          { label: t('plans.fixed_monthly'), value: plan.billFixedChargesMonthly ? t('common.yes') : t('common.no') },
        ]
      : []),
    { label: t('plans.currency'), value: plan.currency },
    ...said(t('plans.taxes'), plan.taxCodes.join(', ')),
  ]
}

/** What is paid each period, whatever is used. */
export function feeFacts(plan: PlanDraft): Fact[] {
  return [
    { label: t('plans.amount'), value: amountText(plan.amount, plan.currency) },
    { label: t('plans.paid'), value: plan.payInAdvance ? t('plans.paid.advance') : t('plans.paid.arrears') },
    ...said(t('plans.trial'), plan.trial, t('plans.trial.days', { count: Number(plan.trial) })),
    ...said(t('plans.invoice_name'), plan.displayName),
  ]
}

/** Commitment, thresholds, entitlements and metadata. */
export function advancedFacts(plan: PlanDraft): Fact[] {
  const { commitment, recurringThreshold: recurring, currency } = plan
  return [
    ...said(t('plans.commitment'), commitment.amount, amountText(commitment.amount, currency)),
    ...said(`${t('plans.commitment')}: ${t('plans.invoice_name')}`, commitment.displayName),
    ...said(`${t('plans.commitment')}: ${t('plans.taxes')}`, commitment.taxCodes.join(', ')),
    ...plan.thresholds.map(({ amount, name }) => ({
      label: t('plans.threshold.at', { amount: amountText(amount, currency) }),
      value: name.trim() || t('common.yes'),
    })),
    ...said(t('plans.threshold.recurring'), recurring.amount, amountText(recurring.amount, currency)),
    ...said(`${t('plans.threshold.recurring')}: ${t('common.name')}`, recurring.name),
    ...plan.entitlements.flatMap(({ name, privileges, values }) => [
      { label: name, value: t('plans.entitled') },
      ...privileges.flatMap(privilege =>
        said(`${name}: ${privilege.name || privilege.code}`, values[privilege.code] ?? ''),
      ),
    ]),
    ...plan.metadata
      .filter(({ name }) => name.trim() !== '')
      .map(({ name, value }) => ({ label: `${t('plans.metadata')}: ${name}`, value })),
  ]
}

function said(label: string, typed: string, value = typed): Fact[] {
  return typed.trim() === '' ? [] : [{ label, value }]
}
