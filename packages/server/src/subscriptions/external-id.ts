import { validation } from '../platform/errors.ts'

const UNIQUE_VIOLATION = '23505'
const CLAIMS: readonly string[] = ['subscriptions_active_external_id', 'subscriptions_incomplete_external_id']

/**
 * Runs a transaction that may make a subscription active, or let it wait for its payment. Its external id can be taken by another customer's at the same
 * moment: the answer is then the one that a later request would have got.
 *
 * @throws 422 `external_id: ["value_already_exist"]`
 */
export async function claimingExternalId<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { code, constraint } = error as { code?: unknown; constraint?: unknown }
    if (code !== UNIQUE_VIOLATION || !CLAIMS.includes(String(constraint))) throw error
    throw validation({ external_id: ['value_already_exist'] })
  }
}
