import { isCurrency } from '@weir/engine'
import { sql } from 'kysely'
import { Type } from 'typebox'
import { getDefaultBillingEntity } from '../../accounts/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { claimingCode } from '../../platform/db/unique-code.ts'
import { Problems } from '../../platform/errors.ts'
import { Input, isBlank, isRecord, Nullable } from '../../platform/http/input.ts'
import { isUuid, newId } from '../../platform/ids.ts'
import { isEmailList } from '../../platform/validation/email.ts'
import { withoutNul } from '../../platform/validation/text.ts'
import { applyToBillingEntity } from './apply.ts'
import { forgetAttempts, isOfCampaign } from './attempts.ts'
import {
  type DunningCampaign,
  type DunningThreshold,
  findCampaignByCode,
  getCampaignByCode,
  listThresholds,
} from './store.ts'

const CODE_INDEX = 'dunning_campaigns_code'
const LARGEST_INTEGER = 2_147_483_647
const Text = Nullable(Type.String())

export const CampaignInput = Input({
  code: Text,
  name: Text,
  description: Text,
  days_between_attempts: Nullable(Type.Integer()),
  max_attempts: Nullable(Type.Integer()),
  bcc_emails: Type.Unknown(),
  thresholds: Type.Array(Input({ id: Text, currency: Text, amount_cents: Nullable(Type.Integer()) })),
  applied_to_organization: Nullable(Type.Boolean()),
})
export type CampaignInput = Type.Static<typeof CampaignInput>
type ThresholdInput = NonNullable<CampaignInput['thresholds']>[number]

/** @throws 422 with everything that is wrong */
export async function createCampaign(ctx: Ctx, input: CampaignInput): Promise<DunningCampaign> {
  return claimingCode(CODE_INDEX, () =>
    transaction(ctx, async tx => {
      const problems = problemsOf(input)
      for (const key of ['code', 'name'] as const) if (isBlank(input[key])) problems.add(key, 'value_is_mandatory')
      if ((input.thresholds ?? []).length === 0) problems.add('thresholds', "can't be blank")
      if ((await findCampaignByCode(tx, input.code ?? '')) !== undefined) problems.add('code', 'value_already_exist')
      problems.throwIfAny()
      const now = tx.clock.now()
      const campaign = await tx.db
        .insertInto('dunning_campaigns')
        .values({
          id: newId(),
          organization_id: tx.org.id,
          code: input.code ?? '',
          name: input.name ?? '',
          ...columnsOf(input),
          created_at: now,
          updated_at: now,
        })
        .returningAll()
        .executeTakeFirstOrThrow()
      for (const threshold of input.thresholds ?? []) await insertThreshold(tx, campaign.id, threshold)
      if (input.applied_to_organization === true) {
        await applyToBillingEntity(tx, (await getDefaultBillingEntity(tx)).id, campaign.id)
      }
      return campaign
    }),
  )
}

/**
 * Changes what is in the input, but for the code. Thresholds that are not listed, by their ids, are removed. Where that takes
 * the reason from customers who were asked, they start from the beginning.
 *
 * @throws 404 `dunning_campaign_not_found`; 422 with everything that is wrong
 */
export async function updateCampaign(ctx: Ctx, code: string, input: CampaignInput): Promise<DunningCampaign> {
  return transaction(ctx, async tx => {
    const campaign = await getCampaignByCode(tx, code)
    const problems = problemsOf(input)
    if (input.name !== undefined && isBlank(input.name)) problems.add('name', 'value_is_mandatory')
    if (input.thresholds?.length === 0) problems.add('thresholds', "can't be blank")
    problems.throwIfAny()
    const updated = await tx.db
      .updateTable('dunning_campaigns')
      .set({
        ...columnsOf(input),
        ...(input.name != null && { name: withoutNul(input.name) }),
        updated_at: tx.clock.now(),
      })
      .where('organization_id', '=', tx.org.id)
      .where('id', '=', campaign.id)
      .returningAll()
      .executeTakeFirstOrThrow()
    const changed = input.thresholds !== undefined && (await replaceThresholds(tx, campaign.id, input.thresholds))
    if (changed) await forgetAttempts(tx, sql<boolean>`${isOfCampaign(campaign.id)} and ${owesTooLittle(campaign.id)}`)
    return updated
  })
}

/** @throws 404 `dunning_campaign_not_found` */
export async function deleteCampaign(ctx: Ctx, code: string): Promise<DunningCampaign> {
  return transaction(ctx, async tx => {
    const { id } = await getCampaignByCode(tx, code)
    const now = tx.clock.now()
    await forgetAttempts(tx, isOfCampaign(id))
    for (const table of ['customers', 'billing_entities'] as const) {
      await tx.db
        .updateTable(table)
        .set({ applied_dunning_campaign_id: null })
        .where('organization_id', '=', tx.org.id)
        .where('applied_dunning_campaign_id', '=', id)
        .execute()
    }
    await tx.db
      .updateTable('dunning_campaign_thresholds')
      .set({ deleted_at: now, updated_at: now })
      .where('organization_id', '=', tx.org.id)
      .where('dunning_campaign_id', '=', id)
      .execute()
    return tx.db
      .updateTable('dunning_campaigns')
      .set({ deleted_at: now, updated_at: now })
      .where('organization_id', '=', tx.org.id)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
  })
}

function problemsOf(input: CampaignInput): Problems {
  const problems = new Problems()
  for (const key of ['days_between_attempts', 'max_attempts'] as const) {
    const value = input[key]
    if (value !== undefined && !(Number(value) > 0 && Number(value) <= LARGEST_INTEGER)) {
      problems.add(key, 'value_is_out_of_range')
    }
  }
  readEmails(input.bcc_emails, problems)
  const currencies = (input.thresholds ?? []).map(threshold => threshold.currency ?? '')
  for (const { currency, amount_cents: cents } of input.thresholds ?? []) {
    if (!isCurrency(currency ?? '')) problems.add('currency', 'value_is_invalid')
    if (!(Number.isSafeInteger(cents) && Number(cents) >= 0)) problems.add('amount_cents', 'value_is_out_of_range')
  }
  if (new Set(currencies).size < currencies.length) problems.add('currency', 'value_already_exist')
  return problems
}

function readEmails(value: unknown, problems: Problems): void {
  if (value === undefined) return
  if (!Array.isArray(value)) {
    problems.add('bcc_emails', 'must_be_an_array')
    return
  }
  for (const [index, email] of value.entries()) {
    if (typeof email !== 'string' || !isEmailList(email) || email.includes(',')) {
      problems.add('bcc_emails', `invalid_email_format[${index},${isRecord(email) ? '' : String(email)}]`)
    }
  }
}

function columnsOf({ description, days_between_attempts: days, max_attempts: most, bcc_emails: bcc }: CampaignInput) {
  return {
    ...(description !== undefined && { description: description === null ? null : withoutNul(description) }),
    ...(days != null && { days_between_attempts: days }),
    ...(most != null && { max_attempts: most }),
    ...(Array.isArray(bcc) && { bcc_emails: bcc.map(String) }),
  }
}

async function insertThreshold(tx: Ctx, campaignId: string, { currency, amount_cents: cents }: ThresholdInput) {
  const now = tx.clock.now()
  await tx.db
    .insertInto('dunning_campaign_thresholds')
    .values({
      id: newId(),
      organization_id: tx.org.id,
      dunning_campaign_id: campaignId,
      currency: currency ?? '',
      amount_cents: BigInt(cents ?? 0),
      created_at: now,
      updated_at: now,
    })
    .execute()
}

/** @returns whether one that was there changed or went */
async function replaceThresholds(tx: Ctx, campaignId: string, given: readonly ThresholdInput[]): Promise<boolean> {
  const existing = (await listThresholds(tx, [campaignId])).get(campaignId) ?? []
  const idOf = (row: DunningThreshold) => given.find(threshold => threshold.id === row.id)
  const now = tx.clock.now()
  let changed = false
  for (const row of existing) {
    const wanted = idOf(row)
    const same = wanted?.currency === row.currency && BigInt(wanted.amount_cents ?? 0) === row.amount_cents
    changed ||= !same
    await tx.db
      .updateTable('dunning_campaign_thresholds')
      .set(
        wanted === undefined
          ? { deleted_at: now, updated_at: now }
          : { currency: wanted.currency ?? '', amount_cents: BigInt(wanted.amount_cents ?? 0), updated_at: now },
      )
      .where('organization_id', '=', tx.org.id)
      .where('id', '=', row.id)
      .execute()
  }
  const known = new Set(existing.map(row => row.id))
  for (const threshold of given) {
    if (!(isUuid(threshold.id ?? '') && known.has(threshold.id ?? ''))) await insertThreshold(tx, campaignId, threshold)
  }
  return changed
}

/** SQL on `customers`: something is overdue, but in no currency as much as the campaign asks for. */
function owesTooLittle(campaignId: string) {
  return sql<boolean>`
    exists (select from invoices where invoices.customer_id = customers.id and payment_overdue and not self_billed)
    and not exists (
      select from dunning_campaign_thresholds threshold
      where threshold.dunning_campaign_id = ${campaignId} and threshold.deleted_at is null
        and threshold.amount_cents <= (
          select coalesce(sum(total_amount_cents), 0) from invoices
          where invoices.customer_id = customers.id and invoices.currency = threshold.currency
            and payment_overdue and not self_billed
          having count(*) > 0
        )
    )`
}
