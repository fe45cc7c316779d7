import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { findBillingEntitiesByCodes } from '../../accounts/index.ts'
import { MetadataBody } from '../../catalog/index.ts'
import { getCustomerByExternalId } from '../../customers/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { readRootBelow } from '../../platform/http/codes.ts'
import { isRecord, readObject, readRoot } from '../../platform/http/input.ts'
import { pageMeta, readPage } from '../../platform/http/pagination.ts'
import { asList, asText } from '../../platform/http/query.ts'
import { formatCents, formatInstant } from '../../platform/wire.ts'
import { findInvoiceNumbers } from '../invoice-numbers.ts'
import { listLedgerEntries } from '../ledger.ts'
import { createWallet } from './create-wallet.ts'
import {
  deleteWalletMetadata,
  deleteWalletMetadataKey,
  mergeWalletMetadata,
  replaceWalletMetadata,
} from './metadata.ts'
import { NewWalletInput, WalletInput } from './schema.ts'
import { serializeWallet } from './serialize.ts'
import { getWallet, getWalletByCode, listWallets, loadWallets, type WalletRow } from './store.ts'
import { terminateWallet } from './terminate-wallet.ts'
import { updateWallet } from './update-wallet.ts'

const config = { resource: 'wallet' }
const tags = ['Wallets']

interface ById {
  Params: { lago_id: string }
}
interface ByCode {
  Params: { external_customer_id: string; code: string }
}
interface OfCustomer {
  Params: { external_customer_id: string }
  Querystring: Record<string, unknown>
}

/** Where a wallet is named, and how it is found there. */
interface Place {
  readonly path: string
  find(ctx: Ctx, params: unknown): Promise<WalletRow>
}

const places: readonly Place[] = [
  { path: '/wallets/:lago_id', find: (ctx, params) => getWallet(ctx, (params as ById['Params']).lago_id) },
  {
    path: '/customers/:external_customer_id/wallets/:code',
    async find(ctx, params) {
      const { external_customer_id: externalId, code } = params as ByCode['Params']
      const customer = await getCustomerByExternalId(ctx, externalId)
      return getWalletByCode(ctx, customer.id, code)
    },
  },
]

/** Wallets by their ids, and by their codes below their customers: the same in both places. */
export function walletRoutes(api: FastifyInstance): void {
  collectionRoutes(api)
  for (const place of places) {
    oneWalletRoutes(api, place)
    metadataRoutes(api, place)
  }
}

function collectionRoutes(api: FastifyInstance): void {
  const body = Type.Object({ wallet: NewWalletInput })
  api.post('/wallets', { config, schema: { tags, summary: 'Create a wallet', body } }, async request => {
    const input = readRoot(request.body, 'wallet', NewWalletInput)
    return { wallet: await present(request.ctx, await createWallet(request.ctx, input)) }
  })

  api.post<OfCustomer>(
    '/customers/:external_customer_id/wallets',
    { config, schema: { tags, summary: 'Create a wallet of a customer', body } },
    async request => {
      const find = () => getCustomerByExternalId(request.ctx, request.params.external_customer_id)
      const input = await readRootBelow(request.body, 'wallet', NewWalletInput, find)
      return { wallet: await present(request.ctx, await createWallet(request.ctx, input, await find())) }
    },
  )

  api.get<{ Querystring: Record<string, unknown> }>(
    '/wallets',
    { config, schema: { tags, summary: 'List wallets' } },
    async request => {
      const externalId = asText(request.query.external_customer_id)
      const customer = externalId === undefined ? undefined : await getCustomerByExternalId(request.ctx, externalId)
      return list(request.ctx, request.query, customer?.id)
    },
  )

  api.get<OfCustomer>(
    '/customers/:external_customer_id/wallets',
    { config, schema: { tags, summary: 'List the wallets of a customer' } },
    async request => {
      const customer = await getCustomerByExternalId(request.ctx, request.params.external_customer_id)
      return list(request.ctx, request.query, customer.id)
    },
  )

  api.get<ById & { Querystring: Record<string, unknown> }>(
    '/wallets/:lago_id/ledger',
    { config, schema: { tags, summary: 'The movements that make up the balance of a wallet, latest first' } },
    async request => {
      const page = readPage(request.query)
      const wallet = await getWallet(request.ctx, request.params.lago_id)
      const { entries, total } = await listLedgerEntries(request.ctx, wallet.id, page)
      const numbers = await findInvoiceNumbers(
        request.ctx,
        entries.map(entry => entry.invoiceId),
      )
      return {
        ledger_entries: entries.map(entry => ({
          lago_id: entry.id,
          kind: entry.kind,
          amount_cents: formatCents(entry.amountCents),
          balance_after_cents: formatCents(entry.balanceAfterCents),
          lago_wallet_transaction_id: entry.walletTransactionId,
          name: entry.name,
          source: entry.source,
          lago_invoice_id: entry.invoiceId,
          invoice_number: numbers.get(entry.invoiceId ?? '') ?? null,
          created_at: formatInstant(entry.createdAt),
        })),
        meta: pageMeta(page, total),
      }
    },
  )
}

function oneWalletRoutes(api: FastifyInstance, { path, find }: Place): void {
  api.get(path, { config, schema: { tags, summary: 'Read a wallet' } }, async request => ({
    wallet: await present(request.ctx, await find(request.ctx, request.params)),
  }))

  api.route({
    method: ['PUT', 'PATCH'],
    url: path,
    config,
    schema: { tags, summary: 'Update a wallet', body: Type.Object({ wallet: WalletInput }) },
    handler: async request => {
      const findHere = () => find(request.ctx, request.params)
      const input = await readRootBelow(request.body, 'wallet', WalletInput, findHere)
      const { id } = await findHere()
      return { wallet: await present(request.ctx, await updateWallet(request.ctx, id, input)) }
    },
  })

  api.delete(path, { config, schema: { tags, summary: 'End a wallet' } }, async request => {
    const { id } = await find(request.ctx, request.params)
    return { wallet: await present(request.ctx, await terminateWallet(request.ctx, id)) }
  })
}

function metadataRoutes(api: FastifyInstance, { path, find }: Place): void {
  const url = `${path}/metadata`
  api.post(
    url,
    { config, schema: { tags, summary: "Replace a wallet's metadata", body: MetadataBody } },
    async request => {
      const { id } = await find(request.ctx, request.params)
      const isNull = isRecord(request.body) && request.body.metadata === null
      const { metadata } = readObject(MetadataBody, request.body)
      return { metadata: await replaceWalletMetadata(request.ctx, id, isNull ? null : metadata) }
    },
  )

  api.route({
    method: ['PATCH', 'PUT'],
    url,
    config,
    schema: { tags, summary: "Add to a wallet's metadata", body: MetadataBody },
    handler: async request => {
      const { id } = await find(request.ctx, request.params)
      const { metadata } = readObject(MetadataBody, request.body)
      return { metadata: await mergeWalletMetadata(request.ctx, id, metadata) }
    },
  })

  api.delete(url, { config, schema: { tags, summary: "Remove a wallet's metadata" } }, async request => {
    const { id } = await find(request.ctx, request.params)
    return { metadata: await deleteWalletMetadata(request.ctx, id) }
  })

  api.delete(
    `${url}/:key`,
    { config, schema: { tags, summary: "Remove one key of a wallet's metadata" } },
    async request => {
      const { id } = await find(request.ctx, request.params)
      const { key } = request.params as { key: string }
      return { metadata: await deleteWalletMetadataKey(request.ctx, id, key) }
    },
  )
}

async function list(ctx: Ctx, query: Record<string, unknown>, customerId: string | undefined) {
  const page = readPage(query)
  const codes = asList(query.billing_entity_codes)
  const entities = codes.length === 0 ? undefined : await findBillingEntitiesByCodes(ctx, codes)
  const currency = asText(query.currency)
  const billingEntityIds = entities?.map(entity => entity.id)
  const { rows, total } = await listWallets(ctx, { customerId, currency, billingEntityIds }, page)
  return { wallets: (await loadWallets(ctx, rows)).map(serializeWallet), meta: pageMeta(page, total) }
}

/** As the wallet is now: what followed from a request in its transaction included. */
async function present(ctx: Ctx, { id }: WalletRow) {
  const [record] = await loadWallets(ctx, [await getWallet(ctx, id)])
  return record && serializeWallet(record)
}
