import { type Ctx, transaction } from '../../platform/context.ts'
import { claimingCode } from '../../platform/db/unique-code.ts'
import { emit, emitAll } from '../../platform/domain-events.ts'
import { notFound, validation } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'
import { parseInstant } from '../../platform/http/instants.ts'
import { newId } from '../../platform/ids.ts'
import { type CouponTerms, changedTerms, columnsOf, couponProblems, NEW_TERMS, termsOf } from './coupon-terms.ts'
import { applyLimits, readLimits } from './limits.ts'
import type { CouponInput } from './schema.ts'
import {
  type Coupon,
  type CouponRow,
  findCouponByCode,
  insertCoupon,
  lockCouponByCode,
  setTargets,
  takeFromCustomers,
  updateCouponRow,
  wasEverApplied,
  withTargets,
} from './store.ts'

const CODE_INDEX = 'coupons_code'

/**
 * @throws 422 `invalid_date` for a wrong `expiration_at`, alone; then 404 `plans_not_found`,
 * `billable_metrics_not_found`; 405 when it is limited to both; then 422 with everything else that is wrong
 */
export async function createCoupon(ctx: Ctx, input: CouponInput): Promise<Coupon> {
  return claimingCode(CODE_INDEX, () =>
    transaction(ctx, async tx => {
      const expirationAt = readExpirationAt(tx, input) ?? null
      const limits = await readLimits(tx, input.applies_to)
      const id = newId()
      const now = tx.clock.now()
      const columns = await checkedColumns(tx, changedTerms(NEW_TERMS, input), id)
      await insertCoupon(tx, {
        id,
        organization_id: tx.org.id,
        ...columns,
        expiration_at: expirationAt,
        created_at: now,
        updated_at: now,
      })
      const row = await updateCouponRow(tx, id, await applyLimits(tx, id, limits))
      await emit(tx, 'coupon.created', id)
      return reload(tx, row)
    }),
  )
}

/** Terminated ones too. @throws 404 `coupon_not_found` */
export async function getCouponByCode(ctx: Ctx, code: string): Promise<Coupon> {
  const row = await findCouponByCode(ctx, code)
  if (row === undefined) throw notFound('coupon')
  return reload(ctx, row)
}

/**
 * Changes what is in the input. Once the coupon was given to any customer, only its name, description and expiration can
 * change; the rest of the input is then ignored.
 *
 * @throws 404 `coupon_not_found`, and as {@link createCoupon}
 */
export async function updateCoupon(ctx: Ctx, code: string, input: CouponInput): Promise<Coupon> {
  return claimingCode(CODE_INDEX, () =>
    transaction(ctx, async tx => {
      const current = await lockCouponByCode(tx, code)
      const expirationAt = readExpirationAt(tx, input)
      const editable = (await wasEverApplied(tx, current.id)) ? cosmetic(input) : input
      const limits = await readLimits(tx, editable.applies_to)
      const columns = await checkedColumns(tx, changedTerms(termsOf(current), editable), current.id)
      const flags = await applyLimits(tx, current.id, limits)
      const row = await updateCouponRow(tx, current.id, {
        ...columns,
        ...flags,
        ...(expirationAt !== undefined && { expiration_at: expirationAt }),
      })
      await emit(tx, 'coupon.updated', current.id)
      return reload(tx, row)
    }),
  )
}

/**
 * Deletes a coupon and takes it away from all customers who have it (`applied_coupon.deleted`). Its code is free again.
 *
 * @returns the coupon as it was
 * @throws 404 `coupon_not_found`
 */
export async function deleteCoupon(ctx: Ctx, code: string): Promise<Coupon> {
  return transaction(ctx, async tx => {
    const coupon = await reload(tx, await lockCouponByCode(tx, code))
    const { id } = coupon.row
    await setTargets(tx, id, 'plan', [])
    await setTargets(tx, id, 'billable_metric', [])
    await updateCouponRow(tx, id, { deleted_at: tx.clock.now() })
    const taken = await takeFromCustomers(tx, id)
    await emitAll(tx, [
      { type: 'coupon.deleted', objectId: id },
      ...taken.map(objectId => ({ type: 'applied_coupon.deleted', objectId })),
    ])
    return coupon
  })
}

/**
 * Ends a coupon: no customer can be given it any more, those who have it keep it. Doing it again changes nothing.
 *
 * @throws 404 `coupon_not_found`
 */
export async function terminateCoupon(ctx: Ctx, code: string): Promise<Coupon> {
  return transaction(ctx, async tx => {
    const coupon = await lockCouponByCode(tx, code)
    const terminatedAt = coupon.terminated_at ?? tx.clock.now()
    const row = await updateCouponRow(tx, coupon.id, { status: 'terminated', terminated_at: terminatedAt })
    if (coupon.status !== 'terminated') await emit(tx, 'coupon.updated', coupon.id)
    return reload(tx, row)
  })
}

/** Undefined: not spoken of. */
function readExpirationAt(ctx: Ctx, { expiration_at: text }: CouponInput): Temporal.Instant | null | undefined {
  if (text === undefined) return undefined
  if (isBlank(text)) return null
  const instant = parseInstant(text ?? '')
  if (instant === undefined || Temporal.Instant.compare(instant, ctx.clock.now()) <= 0) {
    throw validation({ expiration_at: ['invalid_date'] })
  }
  return instant
}

function cosmetic({ name, description, expiration }: CouponInput): CouponInput {
  return {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(expiration !== undefined && { expiration }),
  }
}

async function checkedColumns(ctx: Ctx, terms: CouponTerms, id: string) {
  const problems = couponProblems(terms)
  const holder = await findCouponByCode(ctx, terms.code ?? '')
  if (holder !== undefined && holder.id !== id) problems.add('code', 'value_already_exist')
  problems.throwIfAny()
  return columnsOf(terms)
}

async function reload(ctx: Ctx, row: CouponRow): Promise<Coupon> {
  const [coupon] = await withTargets(ctx, [row])
  if (coupon === undefined) throw notFound('coupon')
  return coupon
}
