import { isCurrency } from '@weir/engine'
import { type Ctx, transaction } from '../platform/context.ts'
import { emit } from '../platform/domain-events.ts'
import { Problems } from '../platform/errors.ts'
import { isBlank } from '../platform/http/input.ts'
import { newId } from '../platform/ids.ts'
import { withoutNul } from '../platform/validation/text.ts'
import type { BillingEntity } from './billing-entities.ts'
import { keepLogo, readLogo } from './logo.ts'
import { documentNumberPrefix } from './naming.ts'
import type { NewBillingEntityInput } from './schema.ts'
import { readBillingEntityChanges } from './update-billing-entity.ts'

/**
 * Creates another legal issuer of invoices. Codes are unique among the organization's active entities.
 *
 * @throws 422 with everything that is wrong
 */
export async function createBillingEntity(ctx: Ctx, input: NewBillingEntityInput): Promise<BillingEntity> {
  return transaction(ctx, async tx => {
    const problems = new Problems()
    const { document_numbering, ...given } = withoutNulls(input)
    const settings = readBillingEntityChanges({ ...given, name: input.name ?? null }, problems, null)
    // Updates put the currency in upper case; at creation it must be so already.
    const currency = input.default_currency ?? 'USD'
    if (isCurrency(currency.toUpperCase()) && !isCurrency(currency))
      problems.add('default_currency', 'value_is_invalid')
    const code = await readCode(tx, input.code, problems)
    const numbering = readNumbering(document_numbering, problems)
    const logo = readLogo(input.logo, problems)
    problems.throwIfAny()
    const id = newId()
    const now = tx.clock.now()
    const name = settings.name ?? ''
    const entity = await tx.db
      .insertInto('billing_entities')
      .values({
        document_number_prefix: documentNumberPrefix(name, id),
        ...settings,
        ...(await keepLogo(tx, logo)),
        id,
        organization_id: tx.org.id,
        code,
        name,
        document_numbering: numbering,
        created_at: now,
        updated_at: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    await emit(tx, 'billing_entities.created', entity.id)
    return entity
  })
}

/** Takes the organization's lock, so that of two requests with one code the second finds it taken. */
async function readCode(ctx: Ctx, given: string | null | undefined, problems: Problems): Promise<string> {
  const code = withoutNul(given ?? '')
  if (isBlank(code)) {
    problems.add('code', 'value_is_mandatory')
    return code
  }
  await ctx.db.selectFrom('organizations').select('id').where('id', '=', ctx.org.id).forNoKeyUpdate().execute()
  const taken = await ctx.db
    .selectFrom('billing_entities')
    .select('id')
    .where('organization_id', '=', ctx.org.id)
    .where('code', '=', code)
    .where('archived_at', 'is', null)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  if (taken !== undefined) problems.add('code', 'value_already_exist')
  return code
}

/** There is nothing to clear yet: null leaves a setting at its default. */
function withoutNulls(input: NewBillingEntityInput): NewBillingEntityInput {
  const present = (object: object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null))
  const billingConfiguration = input.billing_configuration
  return {
    ...present(input),
    ...(billingConfiguration !== undefined && { billing_configuration: present(billingConfiguration) }),
  }
}

function readNumbering(given: string | null | undefined, problems: Problems): string {
  if (given === undefined || given === null) return 'per_customer'
  if (given !== 'per_customer' && given !== 'per_billing_entity') problems.add('document_numbering', 'value_is_invalid')
  return given
}
