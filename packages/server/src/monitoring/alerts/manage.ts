import { type BillableMetric, findMetricByCode } from '../../catalog/index.ts'
import { lockCustomer } from '../../customers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { ApiError, type ErrorDetails, notFound, Problems, validation } from '../../platform/errors.ts'
import { isBlank, readObject } from '../../platform/http/input.ts'
import { newId } from '../../platform/ids.ts'
import { recordActivity } from '../activity/record.ts'
import { lookAtWallet, walletValue } from '../wallets/alerts.ts'
import { readThresholds } from './read-thresholds.ts'
import { type AlertInput, NewAlertInput } from './schema.ts'
import { deleteAlerts, findAlert, findAlerts, replaceThresholds, writeAlert } from './store.ts'
import { ALERT_TYPES, type AlertOwner, type AlertRow, type AlertType, isAlertType, type Threshold } from './types.ts'

type AlertTerms = Pick<AlertRow, 'id' | 'alert_type' | 'code' | 'name' | 'billable_metric_id'>

/**
 * Creates an alert on a subscription or wallet. One that runs is looked at soon, so that the alert tells of what has been passed.
 *
 * @throws 422 for the first thing wrong with it, 404 `billable_metric_not_found`
 */
export async function createAlert(ctx: Ctx, owner: AlertOwner, input: NewAlertInput): Promise<AlertRow> {
  return changing(ctx, owner, tx => create(tx, owner, input))
}

/**
 * Creates all of the alerts or none; later ones see earlier ones.
 *
 * @throws 422 with what is wrong, by the place of the alert, together with the alert as it was sent
 */
export async function createAlerts(ctx: Ctx, owner: AlertOwner, items: readonly unknown[]): Promise<AlertRow[]> {
  return changing(ctx, owner, async tx => {
    const created: AlertRow[] = []
    const failed: ErrorDetails = {}
    for (const [place, item] of items.entries()) {
      try {
        created.push(await create(tx, owner, readObject(NewAlertInput, item)))
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        failed[place] = { params: item, errors: reasonOf(error) }
      }
    }
    if (Object.keys(failed).length > 0) throw validation(failed)
    return created
  })
}

/** As a text: batches tell of each alert's errors so. */
function reasonOf({ body }: ApiError): string {
  const { error_details: details, code } = body
  return details === undefined ? String(code) : `Validation errors: ${JSON.stringify(details)}`
}

/**
 * Changes what is given; thresholds that are given replace all. The value the alert compares with stays, and the
 * subscription or wallet is looked at soon.
 *
 * @throws 404 `alert_not_found` or `billable_metric_not_found`, 422 for the first thing wrong with it
 */
export async function updateAlert(ctx: Ctx, owner: AlertOwner, code: string, input: AlertInput): Promise<AlertRow> {
  return changing(ctx, owner, async tx => {
    const current = await getAlert(tx, owner, code)
    const isGiven = input.thresholds !== undefined && input.thresholds.length > 0
    const thresholds = isGiven ? readThresholds(input.thresholds) : undefined
    const metric = await findMetric(tx, owner, input.billable_metric_code)
    const updated = {
      ...current,
      code: input.code === undefined ? current.code : (input.code ?? ''),
      name: input.name === undefined ? current.name : input.name,
      billable_metric_id: input.billable_metric_code === undefined ? current.billable_metric_id : (metric?.id ?? null),
    }
    await checkAlert(tx, owner, updated, thresholds ?? [])
    await writeAlert(tx, updated)
    if (thresholds !== undefined) await replaceThresholds(tx, current.id, thresholds)
    return updated
  })
}

/** @throws 404 `alert_not_found` */
export async function getAlert(ctx: Ctx, owner: AlertOwner, code: string): Promise<AlertRow> {
  const alert = await findAlert(ctx, owner, code)
  if (alert === undefined) throw notFound('alert')
  return alert
}

/** @throws 404 `alert_not_found` */
export async function deleteAlert(ctx: Ctx, owner: AlertOwner, code: string): Promise<AlertRow> {
  return transaction(ctx, async tx => {
    const alert = await getAlert(tx, owner, code)
    await deleteAlerts(tx, [alert.id])
    return alert
  })
}

/** Deletes the alerts of a subscription or wallet, if there are any. */
export async function deleteAllAlerts(ctx: Ctx, owner: AlertOwner): Promise<void> {
  await transaction(ctx, async tx => {
    const alerts = await findAlerts(tx, owner)
    await deleteAlerts(
      tx,
      alerts.map(alert => alert.id),
    )
  })
}

/** The customer's lock lets nobody else take a code or a type between the checks and the write. */
async function changing<T>(ctx: Ctx, owner: AlertOwner, work: (tx: Ctx) => Promise<T>): Promise<T> {
  return transaction(ctx, async tx => {
    await lockCustomer(tx, owner.customerId)
    const result = await work(tx)
    if (owner.kind === 'subscription') await recordActivity(tx, [owner.externalId], 'alert_changed')
    else if (owner.wallet.status === 'active') await lookAtWallet(tx, owner)
    return result
  })
}

async function create(tx: Ctx, owner: AlertOwner, input: NewAlertInput): Promise<AlertRow> {
  const alertType = readType(owner, input.alert_type)
  const thresholds = readThresholds(input.thresholds)
  const metric = await findMetric(tx, owner, input.billable_metric_code)
  const now = tx.clock.now()
  const alert: AlertRow = {
    id: newId(),
    organization_id: tx.org.id,
    subscription_external_id: owner.kind === 'subscription' ? owner.externalId : null,
    wallet_id: owner.kind === 'wallet' ? owner.id : null,
    billable_metric_id: metric?.id ?? null,
    alert_type: alertType,
    code: input.code ?? '',
    name: input.name ?? null,
    direction: owner.kind === 'wallet' ? 'decreasing' : 'increasing',
    previous_value: owner.kind === 'wallet' ? (walletValue(owner.wallet, alertType) ?? '0') : '0',
    last_processed_at: null,
    deleted_at: null,
    created_at: now,
    updated_at: now,
  }
  await checkAlert(tx, owner, alert, thresholds)
  await writeAlert(tx, alert)
  await replaceThresholds(tx, alert.id, thresholds)
  return alert
}

function readType(owner: AlertOwner, name: string | null | undefined): AlertType {
  if (isBlank(name)) throw validation({ alert_type: ['value_is_mandatory', 'value_is_invalid'] })
  if (!isAlertType(name ?? '') || ALERT_TYPES[name as AlertType].on !== owner.kind) {
    throw validation({ alert_type: ['invalid_type'] })
  }
  return name as AlertType
}

async function findMetric(
  tx: Ctx,
  owner: AlertOwner,
  code: string | null | undefined,
): Promise<BillableMetric | undefined> {
  // Alerts of wallets watch no metric.
  if (owner.kind === 'wallet' || isBlank(code)) return undefined
  const metric = await findMetricByCode(tx, code ?? '')
  if (metric === undefined) throw notFound('billable_metric')
  return metric
}

/** @throws 422 for the first of: fields that are missing, its code being taken, its kind being taken */
async function checkAlert(
  tx: Ctx,
  owner: AlertOwner,
  alert: AlertTerms,
  thresholds: readonly Threshold[],
): Promise<void> {
  const { ofMetric } = ALERT_TYPES[alert.alert_type]
  const problems = new Problems()
  if (isBlank(alert.code)) problems.add('code', 'value_is_mandatory')
  if (ofMetric && alert.billable_metric_id === null) problems.add('billable_metric', 'value_is_mandatory')
  if (!ofMetric && alert.billable_metric_id !== null) problems.add('billable_metric', 'value_must_be_blank')
  problems.throwIfAny()

  const others = (await findAlerts(tx, owner)).filter(other => other.id !== alert.id)
  if (others.some(other => other.code === alert.code)) throw validation({ code: ['value_already_exist'] })
  const isTypeTaken = others.some(
    other => other.alert_type === alert.alert_type && other.billable_metric_id === alert.billable_metric_id,
  )
  if (isTypeTaken || thresholds.filter(threshold => threshold.recurring).length > 1) {
    throw validation({ base: ['alert_already_exists'] })
  }
}
