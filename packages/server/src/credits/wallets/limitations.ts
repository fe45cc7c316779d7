import { findMetricsByCodes } from '../../catalog/index.ts'
import type { Ctx } from '../../platform/context.ts'
import type { WalletInput } from './schema.ts'

const FEE_TYPES = ['charge', 'add_on', 'subscription', 'credit', 'commitment', 'fixed_charge', 'product']

/** What a wallet may pay for, as a request says it. */
export interface Limitations {
  /** Undefined: not spoken of. */
  readonly feeTypes: readonly string[] | undefined
  /** Undefined: no limitation is spoken of at all; those that are left out otherwise are taken away. */
  readonly metricIds: readonly string[] | undefined
  readonly unknownFeeType: boolean
  readonly unknownMetric: boolean
}

export async function readLimitations(ctx: Ctx, input: WalletInput['applies_to']): Promise<Limitations> {
  if (input === undefined) {
    return { feeTypes: undefined, metricIds: undefined, unknownFeeType: false, unknownMetric: false }
  }
  const feeTypes = input.fee_types && [...new Set(input.fee_types)]
  const codes = [...new Set(input.billable_metric_codes ?? [])]
  const metrics = await findMetricsByCodes(ctx, codes)
  const found = codes.map(code => metrics.get(code)?.id)
  return {
    feeTypes,
    metricIds: found.filter(id => id !== undefined),
    unknownFeeType: feeTypes?.some(type => !FEE_TYPES.includes(type)) ?? false,
    unknownMetric: found.includes(undefined),
  }
}
