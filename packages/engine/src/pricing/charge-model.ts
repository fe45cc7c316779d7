import type { Currency, Decimal } from '../money/index.ts'
import { decimal, ZERO } from '../money/index.ts'
import type {
  ChargeModelDefinition,
  ChargeProperties,
  Price,
  PricedUsage,
  UsageNeeds,
} from './charge-model-definition.ts'
import { type DynamicProperties, dynamic } from './dynamic.ts'
import { type GraduatedProperties, graduated } from './graduated.ts'
import { type GraduatedPercentageProperties, graduatedPercentage } from './graduated-percentage.ts'
import { type PackageProperties, packageModel } from './package.ts'
import { type PercentageProperties, percentage } from './percentage.ts'
import { type StandardProperties, standard } from './standard.ts'
import { type VolumeProperties, volume } from './volume.ts'

/** The properties of each charge model. A model is added here and in `chargeModels`, and nowhere else. */
interface PropertiesOf {
  readonly standard: StandardProperties
  readonly graduated: GraduatedProperties
  readonly graduated_percentage: GraduatedPercentageProperties
  readonly package: PackageProperties
  readonly volume: VolumeProperties
  readonly percentage: PercentageProperties
  readonly dynamic: DynamicProperties
}

export type ChargeModelName = keyof PropertiesOf

export const chargeModels: { readonly [Name in ChargeModelName]: ChargeModelDefinition<PropertiesOf[Name]> } = {
  standard,
  graduated,
  graduated_percentage: graduatedPercentage,
  package: packageModel,
  volume,
  percentage,
  dynamic,
}

/** How the units of a charge, or of one of its filters, are turned into money. */
export type ChargeModel<Name extends ChargeModelName = ChargeModelName> = {
  readonly [N in Name]: { readonly model: N; readonly properties: PropertiesOf[N] }
}[Name]

/** Whether there is a charge model of that name, in exactly these letters. */
export function isChargeModelName(name: string): name is ChargeModelName {
  return Object.hasOwn(chargeModels, name)
}

/**
 * The charge model of a stored charge or filter.
 *
 * @throws TypeError for properties that `validateProperties` finds faulty
 * @example parseChargeModel('standard', { amount: '0.05' }) // { model: 'standard', properties: { amount: 0.05 } }
 */
export function parseChargeModel(model: ChargeModelName, properties: ChargeProperties): ChargeModel {
  return parse(model, properties)
}

/**
 * What the usage of one bucket and group costs, in units of the currency, before any rounding. Without usage the model
 * runs all the same: a flat amount may be due. Negative usage gives what the model gives; fees make it zero.
 *
 * @example
 * const model = parseChargeModel('package', { amount: '8', package_size: 50, free_units: 120 })
 * price(model, { units: decimal(171), eventsCount: 3 }, 'EUR').amount // 16: two packages are begun
 */
export function price<Name extends ChargeModelName>(
  chargeModel: ChargeModel<Name>,
  usage: PricedUsage,
  currency: Currency,
): Price {
  return chargeModels[chargeModel.model].price(chargeModel.properties, usage, currency)
}

/**
 * What usage would cost if it went on for the whole period as it did in a share of it; in units of the currency, not rounded.
 * Without units it costs nothing: no flat amount is projected.
 *
 * @param units projected
 * @param amount that the usage has cost so far
 * @param share of the period that has passed, more than 0
 * @example
 * const model = parseChargeModel('standard', { amount: '1.20' })
 * projectedAmount(model, decimal('23.33'), decimal('8.4'), 0.3) // 27.996
 */
export function projectedAmount<Name extends ChargeModelName>(
  chargeModel: ChargeModel<Name>,
  units: Decimal,
  amount: Decimal,
  share: number,
): Decimal {
  const { projectedAmount: project } = chargeModels[chargeModel.model]
  if (project === undefined) return amount.div(decimal(share))
  return units.greaterThan(0) ? project(chargeModel.properties, units) : ZERO
}

/** What has to be known of usage to price it, beside its units and the number of its events. */
export function neededUsage<Name extends ChargeModelName>(chargeModel: ChargeModel<Name>): UsageNeeds {
  return chargeModels[chargeModel.model].needs?.(chargeModel.properties) ?? {}
}

function parse<Name extends ChargeModelName>(model: Name, properties: ChargeProperties): ChargeModel<Name> {
  return { model, properties: chargeModels[model].parse(properties) }
}
