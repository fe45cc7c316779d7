import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { listSelectedSections, serializeSelectedSection } from '../../accounts/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { validation } from '../../platform/errors.ts'
import { isBlank, isRecord, readRoot } from '../../platform/http/input.ts'
import { pageMeta, readPage } from '../../platform/http/pagination.ts'
import { asList, asText } from '../../platform/http/query.ts'
import { getWallet, loadWallets, type WalletRecord } from '../wallets/store.ts'
import { createTransactions } from './create-transactions.ts'
import { TransactionInput } from './schema.ts'
import {
  invoiceNumbersFor,
  presentConsumptions,
  presentTransaction,
  presentTransactions,
  withNumber,
} from './serialize.ts'
import { getTransaction, listConsumptions, listTransactions, type TransactionFilters } from './store.ts'

const config = { resource: 'wallet_transaction' }
const tags = ['Wallet transactions']

interface ById {
  Params: { lago_id: string }
  Querystring: Record<string, unknown>
}

export function walletTransactionRoutes(api: FastifyInstance): void {
  api.post(
    '/wallet_transactions',
    {
      config,
      schema: {
        tags,
        summary: 'Buy, grant or void credits of a wallet',
        body: Type.Object({ wallet_transaction: TransactionInput }),
      },
    },
    async request => {
      const input = readRoot(request.body, 'wallet_transaction', TransactionInput)
      const made = await createTransactions(request.ctx, input)
      const [first] = made
      if (first === undefined) return { wallet_transactions: [] }
      const record = await loadWallet(request.ctx, first.wallet_id)
      return { wallet_transactions: await presentTransactions(request.ctx, made, [record]) }
    },
  )

  api.get<ById>(
    '/wallets/:lago_id/wallet_transactions',
    { config, schema: { tags, summary: 'List the transactions of a wallet' } },
    async request => {
      const page = readPage(request.query)
      const record = await loadWallet(request.ctx, request.params.lago_id)
      const { rows, total } = await listTransactions(request.ctx, record.wallet.id, readFilters(request.query), page)
      const numbers = await invoiceNumbersFor(request.ctx, rows, asList(request.query.include))
      const presented = await presentTransactions(request.ctx, rows, [record])
      return {
        wallet_transactions: presented.map(transaction => withNumber(transaction, numbers)),
        meta: pageMeta(page, total),
      }
    },
  )

  api.get<ById>(
    '/wallet_transactions/:lago_id',
    { config, schema: { tags, summary: 'Read a transaction of a wallet' } },
    async request => {
      const transaction = await getTransaction(request.ctx, request.params.lago_id)
      const sections = await listSelectedSections(request.ctx, [transaction.id])
      const numbers = await invoiceNumbersFor(request.ctx, [transaction], asList(request.query.include))
      const record = await loadWallet(request.ctx, transaction.wallet_id)
      return {
        wallet_transaction: {
          ...withNumber(await presentTransaction(request.ctx, transaction, record), numbers),
          applied_invoice_custom_sections: (sections.get(transaction.id) ?? []).map(serializeSelectedSection),
        },
      }
    },
  )

  traceRoute(api, {
    path: 'consumptions',
    summary: 'Who used the credits of an inbound transaction',
    type: 'inbound',
    otherSide: 'outbound_transaction_id',
  })
  traceRoute(api, {
    path: 'fundings',
    summary: 'What paid for an outbound transaction',
    type: 'outbound',
    otherSide: 'inbound_transaction_id',
  })
}

interface Trace {
  readonly path: 'consumptions' | 'fundings'
  readonly summary: string
  readonly type: 'inbound' | 'outbound'
  readonly otherSide: 'inbound_transaction_id' | 'outbound_transaction_id'
}

function traceRoute(api: FastifyInstance, { path, summary, type, otherSide }: Trace): void {
  api.get<ById>(`/wallet_transactions/:lago_id/${path}`, { config, schema: { tags, summary } }, async request => {
    const page = readPage(request.query)
    const transaction = await getTransaction(request.ctx, request.params.lago_id)
    if (transaction.transaction_type !== type) {
      throw validation({ transaction_type: ['invalid_transaction_type'] })
    }
    const { rows, total } = await listConsumptions(request.ctx, `${type}_transaction_id`, transaction.id, page)
    const record = await loadWallet(request.ctx, transaction.wallet_id)
    return {
      [`wallet_transaction_${path}`]: await presentConsumptions(
        request.ctx,
        rows,
        otherSide,
        record,
        asList(request.query.include),
      ),
      meta: pageMeta(page, total),
    }
  })
}

/** @throws 404 `wallet_not_found` */
async function loadWallet(ctx: Ctx, id: string): Promise<WalletRecord> {
  const [record] = await loadWallets(ctx, [await getWallet(ctx, id)])
  if (record === undefined) throw new Error(`wallet ${id} cannot be loaded`)
  return record
}

/** Values that no transaction has are as good as not given. */
function readFilters(query: Record<string, unknown>): TransactionFilters {
  const oneOf = (value: unknown, known: readonly string[]) => known.find(candidate => candidate === value)
  return {
    status: oneOf(query.status, ['pending', 'settled', 'failed']),
    transactionType: oneOf(query.transaction_type, ['inbound', 'outbound']),
    transactionStatus: oneOf(query.transaction_status, ['purchased', 'granted', 'voided', 'invoiced']),
    metadata: Object.entries(isRecord(query.metadata) ? query.metadata : {}).flatMap(([key, value]) =>
      isBlank(asText(value)) ? [] : [{ key, value: asText(value) ?? '' }],
    ),
  }
}
