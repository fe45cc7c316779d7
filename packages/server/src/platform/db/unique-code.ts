import { validation } from '../errors.ts'

const UNIQUE_VIOLATION = '23505'

/**
 * Runs a write that takes a code. When another request took the same code at the same moment, the answer is the one that
 * a later request would have got.
 *
 * @param index the unique index that guards the code
 * @throws 422 `value_already_exist`
 */
export async function claimingCode<T>(index: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    const { code, constraint } = error as { code?: unknown; constraint?: unknown }
    if (code === UNIQUE_VIOLATION && constraint === index) throw validation({ code: ['value_already_exist'] })
    throw error
  }
}
