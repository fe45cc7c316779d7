import { useState } from 'react'
import type { Meta } from '../../api/types.ts'
import type { FullWallet, LedgerEntry, WalletMovement } from '../../api/wallets.ts'
import { useMay } from '../../app/organization.ts'
import { useGet } from '../../app/queries.ts'
import { useUrlState } from '../../app/url-state.ts'
import { formatInstant } from '../../format/dates.ts'
import { formatMoney, formatPrice } from '../../format/money.ts'
import { t, tWord } from '../../messages/index.ts'
import { Sheet } from '../../ui/dialog.tsx'
import { Pages } from '../../ui/list.tsx'
import { Load } from '../../ui/load.tsx'
import { Status } from '../../ui/status.tsx'
import { Table } from '../../ui/table.tsx'
import { InvoiceLink } from './invoice-link.tsx'
import { WalletTransactionDetail } from './wallet-transaction.tsx'

const PER_PAGE = 10
const NUMBERS = { include: ['invoice_number'] }

/** The movement that is looked at closely. */
interface Opened {
  readonly id: string
  readonly kind: string
  readonly at: string
}

interface Props {
  readonly wallet: FullWallet
  readonly zone: string
}

/** How the balance came about: each movement with what was left after it. */
export function WalletLedger({ wallet, zone }: Props) {
  const [state, setState] = useUrlState()
  const key = `page_${wallet.lago_id.slice(-6)}`
  const ledger = useGet<{ ledger_entries: LedgerEntry[]; meta: Meta }>(
    `/wallets/${wallet.lago_id}/ledger`,
    { page: Number(state[key] ?? 1), per_page: PER_PAGE },
    { keep: true },
  )
  const mayRead = useMay()('wallet_transaction', 'read')
  const [opened, setOpened] = useState<Opened>()
  const open = ({ lago_wallet_transaction_id: id, kind, created_at: at }: LedgerEntry) => {
    if (mayRead && id !== null) setOpened({ id, kind, at })
  }
  const money = (cents: number) => formatMoney(cents, wallet.currency)
  return (
    <>
      {mayRead && <Waiting wallet={wallet} zone={zone} onOpen={setOpened} />}
      <Load query={ledger}>
        {data =>
          data.ledger_entries.length === 0 ? (
            <p className="text-soft">{t('ledger.empty')}</p>
          ) : (
            <>
              <Table
                label={t('customer.ledger')}
                rows={data.ledger_entries}
                rowKey={entry => entry.lago_id}
                {...(mayRead && { onOpen: open })}
                columns={[
                  { key: 'date', head: t('common.date'), cell: entry => formatInstant(entry.created_at, zone) },
                  {
                    key: 'kind',
                    head: t('customer.ledger.kind'),
                    cell: entry => (
                      <>
                        <Kind kind={entry.kind} {...(mayRead && { onOpen: () => open(entry) })} />
                        {about(entry) !== '' && <span className="block text-sm text-faint">{about(entry)}</span>}
                        <InvoiceLink {...entry} />
                      </>
                    ),
                  },
                  {
                    key: 'amount',
                    head: t('common.amount'),
                    numeric: true,
                    cell: entry => (
                      <span className="whitespace-nowrap">
                        {entry.amount_cents < 0 ? '−' : '+'}
                        {money(Math.abs(entry.amount_cents))}
                      </span>
                    ),
                  },
                  {
                    key: 'balance',
                    head: t('ledger.balance'),
                    numeric: true,
                    cell: entry => <span className="font-medium">{money(entry.balance_after_cents)}</span>,
                  },
                ]}
              />
              {data.meta.total_pages > 1 && (
                <Pages meta={data.meta} onPage={page => setState({ [key]: page === 1 ? undefined : String(page) })} />
              )}
            </>
          )
        }
      </Load>
      {opened !== undefined && (
        <Sheet
          open
          onOpenChange={() => setOpened(undefined)}
          title={t('transaction.title', {
            kind: tWord('ledger_kind', opened.kind),
            date: formatInstant(opened.at, zone),
          })}
        >
          <WalletTransactionDetail wallet={wallet} transactionId={opened.id} zone={zone} />
        </Sheet>
      )}
    </>
  )
}

/** What a movement is, as the button that opens it for those who may. */
function Kind({ kind, onOpen }: { readonly kind: string; readonly onOpen?: () => void }) {
  if (onOpen === undefined) return tWord('ledger_kind', kind)
  return (
    <button type="button" onClick={onOpen} className="text-left font-medium hover:text-accent">
      {tWord('ledger_kind', kind)}
    </button>
  )
}

/** By hand is how most of them come about: it is not said. */
function about({ name, source }: Pick<LedgerEntry, 'name' | 'source'>): string {
  return [name, source === null || source === 'manual' ? null : tWord('source', source)].filter(Boolean).join(' · ')
}

/** Purchases that nobody has paid yet, or whose payment failed. */
function Waiting({ wallet, zone, onOpen }: Props & { readonly onOpen: (opened: Opened) => void }) {
  const path = `/wallets/${wallet.lago_id}/wallet_transactions`
  const pending = useGet<{ wallet_transactions: WalletMovement[] }>(path, {
    ...NUMBERS,
    status: 'pending',
    per_page: 20,
  })
  const failed = useGet<{ wallet_transactions: WalletMovement[] }>(path, { ...NUMBERS, status: 'failed', per_page: 5 })
  const rows = [...(pending.data?.wallet_transactions ?? []), ...(failed.data?.wallet_transactions ?? [])]
  const open = (row: WalletMovement) => onOpen({ id: row.lago_id, kind: row.transaction_status, at: row.created_at })
  if (rows.length === 0) return null
  return (
    <div className="pb-5">
      <h3 className="pb-2 font-medium">{t('ledger.waiting')}</h3>
      <Table
        label={t('ledger.waiting')}
        rows={rows}
        rowKey={row => row.lago_id}
        onOpen={open}
        columns={[
          { key: 'date', head: t('common.date'), cell: row => formatInstant(row.created_at, zone) },
          {
            key: 'kind',
            head: t('customer.ledger.kind'),
            cell: row => (
              <>
                <Kind kind={row.transaction_status} onOpen={() => open(row)} />
                {about(row) !== '' && <span className="block text-sm text-faint">{about(row)}</span>}
                <InvoiceLink {...row} />
              </>
            ),
          },
          { key: 'status', head: t('common.status'), cell: row => <Status kind="settlement" value={row.status} /> },
          {
            key: 'amount',
            head: t('common.amount'),
            numeric: true,
            cell: row => formatPrice(row.amount, wallet.currency),
          },
        ]}
      />
    </div>
  )
}
