import { Type } from 'typebox'
import { Input, Nullable } from '../../platform/http/input.ts'

const Text = Nullable(Type.String())

const fields = {
  code: Text,
  name: Text,
  billable_metric_code: Text,
  // Any values: what is wrong with one has an error of its own.
  thresholds: Type.Array(Type.Unknown()),
}

export const AlertInput = Input(fields)
export type AlertInput = Type.Static<typeof AlertInput>

export const NewAlertInput = Input({ alert_type: Text, ...fields })
export type NewAlertInput = Type.Static<typeof NewAlertInput>

export const AlertBatchInput = Input({ alert: NewAlertInput, alerts: Type.Array(Type.Unknown()) })
