import type { Meta, WalletTransaction } from '../../api/types.ts'
import type { FullWallet, LedgerEntry } from '../../api/wallets.ts'
import { OrgLink } from '../../app/org-link.tsx'
import { paths } from '../../app/paths.ts'
import { useGet } from '../../app/queries.ts'
import { useUrlState } from '../../app/url-state.ts'
import { formatInstant } from '../../format/dates.ts'
import { formatMoney, formatPrice } from '../../format/money.ts'
import { t, tWord } from '../../messages/index.ts'
import { Pages } from '../../ui/list.tsx'
import { Load } from '../../ui/load.tsx'
import { Status } from '../../ui/status.tsx'
import { Table } from '../../ui/table.tsx'

const PER_PAGE = 10

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
  const money = (cents: number) => formatMoney(cents, wallet.currency)
  return (
    <>
      <Waiting wallet={wallet} zone={zone} />
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
                columns={[
                  { key: 'date', head: t('common.date'), cell: entry => formatInstant(entry.created_at, zone) },
                  {
                    key: 'kind',
                    head: t('customer.ledger.kind'),
                    cell: entry => (
                      <>
                        {tWord('ledger_kind', entry.kind)}
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
    </>
  )
}

/** By hand is how most of them come about: it is not said. */
function about({ name, source }: Pick<LedgerEntry, 'name' | 'source'>): string {
  return [name, source === null || source === 'manual' ? null : tWord('source', source)].filter(Boolean).join(' · ')
}

function InvoiceLink({ lago_invoice_id: id }: Pick<LedgerEntry, 'lago_invoice_id'>) {
  const found = useGet<{ invoice: { number: string } }>(`/invoices/${id}`, {}, { enabled: id !== null })
  // An invoice that waits for its payment unseen has no page.
  if (id === null || found.isError) return null
  return (
    <OrgLink
      to={paths.invoice(id)}
      className="block w-fit text-sm text-soft whitespace-nowrap hover:text-accent hover:underline"
    >
      {found.data?.invoice.number ?? '…'}
    </OrgLink>
  )
}

type Purchase = WalletTransaction & { readonly lago_invoice_id: string | null }

/** Purchases that nobody has paid yet, or whose payment failed. */
function Waiting({ wallet, zone }: Props) {
  const path = `/wallets/${wallet.lago_id}/wallet_transactions`
  const pending = useGet<{ wallet_transactions: Purchase[] }>(path, { status: 'pending', per_page: 20 })
  const failed = useGet<{ wallet_transactions: Purchase[] }>(path, { status: 'failed', per_page: 5 })
  const rows = [...(pending.data?.wallet_transactions ?? []), ...(failed.data?.wallet_transactions ?? [])]
  if (rows.length === 0) return null
  return (
    <div className="pb-5">
      <h3 className="pb-2 font-medium">{t('ledger.waiting')}</h3>
      <Table
        label={t('ledger.waiting')}
        rows={rows}
        rowKey={row => row.lago_id}
        columns={[
          { key: 'date', head: t('common.date'), cell: row => formatInstant(row.created_at, zone) },
          {
            key: 'kind',
            head: t('customer.ledger.kind'),
            cell: row => (
              <>
                {tWord('ledger_kind', row.transaction_status)}
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
