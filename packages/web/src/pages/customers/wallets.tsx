import type { Customer, Meta, Wallet, WalletTransaction } from '../../api/types.ts'
import { apiCall } from '../../app/api-call.ts'
import { useGet } from '../../app/queries.ts'
import { useUrlState } from '../../app/url-state.ts'
import { formatDay, formatInstant } from '../../format/dates.ts'
import { formatMoney, formatPrice } from '../../format/money.ts'
import { formatUnits } from '../../format/numbers.ts'
import { t, tWord } from '../../messages/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { Pages } from '../../ui/list.tsx'
import { Load } from '../../ui/load.tsx'
import { Figure, Section } from '../../ui/page.tsx'
import { Status } from '../../ui/status.tsx'
import { Table } from '../../ui/table.tsx'
import { type CustomerProps, useWallets } from './reads.ts'

/** Prepaid credits and how they moved. */
export function Wallets({ customer }: CustomerProps) {
  const wallets = useWallets(customer)
  return (
    <Load query={wallets}>
      {data =>
        data.wallets.length === 0 ? (
          <Empty
            title={t('customer.wallets.empty')}
            text={t('customer.wallets.empty_text')}
            call={apiCall('POST', '/wallets', {
              wallet: {
                external_customer_id: customer.external_id,
                rate_amount: '1',
                currency: customer.currency ?? 'USD',
                granted_credits: '100',
              },
            })}
          />
        ) : (
          data.wallets.map(wallet => <WalletSection key={wallet.lago_id} wallet={wallet} customer={customer} />)
        )
      }
    </Load>
  )
}

function WalletSection({ wallet, customer }: { readonly wallet: Wallet; readonly customer: Customer }) {
  const { currency } = wallet
  const credits = (count: string) => t('customer.wallets.credits', { count: Number(count) })
  return (
    <Section
      title={
        <span className="flex items-center gap-2.5">
          {wallet.name ?? t('customer.credit')}
          <Status kind="wallet_status" value={wallet.status} />
        </span>
      }
      actions={
        <span className="text-sm text-soft">
          {t('customer.wallets.rate', { amount: formatPrice(wallet.rate_amount, currency) })}
          {wallet.expiration_at !== null &&
            ` · ${t('customer.wallets.expires', { date: formatDay(wallet.expiration_at, customer.applicable_timezone) })}`}
        </span>
      }
    >
      <div className="grid grid-cols-2 gap-x-8 gap-y-4 pb-5 lg:grid-cols-4">
        <Figure label={t('customer.wallets.balance')} note={credits(wallet.credits_balance)}>
          {formatMoney(wallet.balance_cents, currency)}
        </Figure>
        <Figure label={t('customer.wallets.ongoing')} note={credits(wallet.credits_ongoing_balance)}>
          {formatMoney(wallet.ongoing_balance_cents, currency)}
        </Figure>
        <Figure label={t('customer.wallets.consumed')}>{credits(wallet.consumed_credits)}</Figure>
      </div>
      <Movements wallet={wallet} zone={customer.applicable_timezone} />
    </Section>
  )
}

const PER_PAGE = 10

function Movements({ wallet, zone }: { readonly wallet: Wallet; readonly zone: string }) {
  const [state, setState] = useUrlState()
  const key = `page_${wallet.lago_id.slice(-6)}`
  const query = { page: Number(state[key] ?? 1), per_page: PER_PAGE }
  const movements = useGet<{ wallet_transactions: WalletTransaction[]; meta: Meta }>(
    `/wallets/${wallet.lago_id}/wallet_transactions`,
    query,
    { keep: true },
  )
  return (
    <Load query={movements}>
      {data =>
        data.wallet_transactions.length === 0 ? (
          <p className="text-soft">{t('customer.ledger.empty')}</p>
        ) : (
          <>
            <Table
              label={t('customer.ledger')}
              rows={data.wallet_transactions}
              rowKey={movement => movement.lago_id}
              columns={[
                {
                  key: 'date',
                  head: t('common.date'),
                  cell: movement => formatInstant(movement.settled_at ?? movement.created_at, zone),
                },
                {
                  key: 'kind',
                  head: t('customer.ledger.kind'),
                  cell: movement => (
                    <>
                      {tWord('transaction_status', movement.transaction_status)}
                      {movement.name !== null && <span className="block text-sm text-faint">{movement.name}</span>}
                    </>
                  ),
                },
                {
                  key: 'status',
                  head: t('common.status'),
                  wide: true,
                  cell: movement => <Status kind="settlement" value={movement.status} />,
                },
                {
                  key: 'credits',
                  head: t('customer.ledger.credits'),
                  numeric: true,
                  cell: movement => `${sign(movement)}${formatUnits(movement.credit_amount)}`,
                },
                {
                  key: 'amount',
                  head: t('common.amount'),
                  numeric: true,
                  cell: movement => `${sign(movement)}${formatPrice(movement.amount, wallet.currency)}`,
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
  )
}

function sign({ transaction_type: type }: WalletTransaction): string {
  return type === 'outbound' ? '−' : '+'
}
