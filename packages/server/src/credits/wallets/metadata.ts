import { type Metadata, mergeMetadata, readMetadata } from '../../catalog/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { notFound } from '../../platform/errors.ts'
import { updateWalletRow } from './store.ts'
import { lockActiveWallet } from './update-wallet.ts'

type GivenMap = Readonly<Record<string, unknown>> | undefined
type Change = (stored: Metadata | null) => Metadata | null

/** Replaces the whole map: null removes it, and a request that says nothing leaves it. @throws 404 `wallet_not_found`, 422 */
export function replaceWalletMetadata(ctx: Ctx, walletId: string, given: GivenMap | null): Promise<Metadata | null> {
  return change(ctx, walletId, stored => {
    if (given === undefined) return stored
    return given === null ? null : readMetadata(given)
  })
}

/** Adds to the map and overwrites in it; an empty or missing map changes nothing. @throws 404 `wallet_not_found`, 422 */
export function mergeWalletMetadata(ctx: Ctx, walletId: string, given: GivenMap): Promise<Metadata | null> {
  const isEmpty = Object.keys(given ?? {}).length === 0
  return change(ctx, walletId, stored => (isEmpty ? stored : mergeMetadata(stored ?? {}, given ?? {})))
}

/** Removes the map itself. @throws 404 `wallet_not_found` */
export function deleteWalletMetadata(ctx: Ctx, walletId: string): Promise<Metadata | null> {
  return change(ctx, walletId, () => null)
}

/** Removes one key, if it is there. @throws 404 `wallet_not_found`, `metadata_not_found` without a map */
export function deleteWalletMetadataKey(ctx: Ctx, walletId: string, key: string): Promise<Metadata | null> {
  return change(ctx, walletId, stored => {
    if (stored === null) throw notFound('metadata')
    const { [key]: _removed, ...left } = stored
    return left
  })
}

async function change(ctx: Ctx, walletId: string, apply: Change): Promise<Metadata | null> {
  return transaction(ctx, async tx => {
    const wallet = await lockActiveWallet(tx, walletId)
    const next = apply(wallet.metadata as Metadata | null)
    await updateWalletRow(tx, walletId, { metadata: next === null ? null : JSON.stringify(next) })
    await emit(tx, 'wallet.updated', walletId)
    return next
  })
}
