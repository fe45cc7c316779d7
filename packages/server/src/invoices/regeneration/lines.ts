import type { AdjustedValues } from '@weir/engine'
import { notFound, Problems, validation } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'
import { readDecimal } from '../adjusted-fees/values.ts'
import type { FeeRow } from '../fees-store.ts'
import type { RegeneratedFeeInput } from './schema.ts'

/** What is asked of a line: its values where they change, and its name where it is given. */
export interface LineEdit extends AdjustedValues {
  readonly displayName: string | null
}

/** A fee of the voided invoice that is on the new one as well. */
export interface KeptLine {
  readonly fee: FeeRow
  readonly edit: LineEdit
}

export interface AddedLine {
  readonly input: RegeneratedFeeInput
  readonly edit: LineEdit
}

export type RegeneratedLine = KeptLine | AddedLine

export function isKept(line: RegeneratedLine): line is KeptLine {
  return 'fee' in line
}

/**
 * The lines of the new invoice in their order: those that are named, or all that the voided one had.
 *
 * @throws 404 `fee_not_found` for a fee of another invoice; 422 for one that is named twice, and for units and prices that
 * are no amounts
 */
export function readLines(
  inputs: readonly RegeneratedFeeInput[] | null | undefined,
  fees: readonly FeeRow[],
): RegeneratedLine[] {
  if (inputs === null || inputs === undefined) {
    return fees.map(fee => ({ fee, edit: { units: null, unitPreciseAmount: null, displayName: null } }))
  }
  const problems = new Problems()
  const named = new Set<string>()
  const lines = inputs.map((input): RegeneratedLine => {
    if (isBlank(input.id)) return { input, edit: readEdit(input, null, problems) }
    const fee = fees.find(candidate => candidate.id === input.id)
    if (fee === undefined) throw notFound('fee')
    if (named.has(fee.id)) throw validation({ fees: ['value_already_exist'] })
    named.add(fee.id)
    return { fee, edit: readEdit(input, fee, problems) }
  })
  problems.throwIfAny()
  return lines
}

/** A price alone is one for the units that the fee has. */
function readEdit(input: RegeneratedFeeInput, fee: FeeRow | null, problems: Problems): LineEdit {
  const price = readDecimal('unit_amount_cents', input.unit_amount_cents, problems)
  const units = readDecimal('units', input.units, problems) ?? (price === null ? null : (fee?.units ?? null))
  return {
    units,
    unitPreciseAmount: units === null ? null : price,
    displayName: isBlank(input.invoice_display_name) ? null : (input.invoice_display_name ?? null),
  }
}
