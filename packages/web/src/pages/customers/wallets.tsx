import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { Customer } from '../../api/types.ts'
import type { FullWallet } from '../../api/wallets.ts'
import { apiCall } from '../../app/api-call.ts'
import { useMay } from '../../app/organization.ts'
import { formatDay } from '../../format/dates.ts'
import { formatMoney, formatPrice } from '../../format/money.ts'
import { t, tWord } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Load } from '../../ui/load.tsx'
import { Facts, Figure, Section } from '../../ui/page.tsx'
import { Status } from '../../ui/status.tsx'
import { type CustomerProps, useWallets } from './reads.ts'
import { WalletActions } from './wallet-actions.tsx'
import { WalletAlerts } from './wallet-alerts.tsx'
import { WalletForm } from './wallet-form.tsx'
import { WalletLedger } from './wallet-ledger.tsx'
import { creditsInWords, limitsInWords, ruleInWords, walletName } from './wallet-words.ts'

/** Prepaid credits and how they moved. */
export function Wallets({ customer }: CustomerProps) {
  const wallets = useWallets(customer)
  const mayWrite = useMay()('wallet', 'write')
  const [creating, setCreating] = useState(false)
  const create = mayWrite && (
    <Button icon={Plus} onClick={() => setCreating(true)}>
      {t('wallet_form.create')}
    </Button>
  )
  return (
    <>
      <Load query={wallets}>
        {data =>
          data.wallets.length === 0 ? (
            <Empty
              title={t('customer.wallets.empty')}
              text={t('customer.wallets.empty_text')}
              action={create}
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
            <>
              <div className="flex flex-wrap items-center justify-between gap-3 pb-5">
                <p className="text-soft">
                  {t('wallet.active_count', { count: data.wallets.filter(({ status }) => status === 'active').length })}
                </p>
                {create}
              </div>
              {data.wallets.map(wallet => (
                <WalletSection key={wallet.lago_id} wallet={wallet} customer={customer} />
              ))}
            </>
          )
        }
      </Load>
      {creating && <WalletForm customer={customer} wallet={undefined} onClose={() => setCreating(false)} />}
    </>
  )
}

function WalletSection({ wallet, customer }: { readonly wallet: FullWallet; readonly customer: Customer }) {
  const mayReadAlerts = useMay()('alert', 'read')
  const { currency } = wallet
  const zone = customer.applicable_timezone
  return (
    <Section
      title={
        <span className="flex items-center gap-2.5">
          {walletName(wallet)}
          <Status kind="wallet_status" value={wallet.status} />
        </span>
      }
      actions={<WalletActions wallet={wallet} customer={customer} />}
    >
      <p className="-mt-2 pb-4 text-sm text-soft">
        {[
          t('customer.wallets.rate', { amount: formatPrice(wallet.rate_amount, currency) }),
          t('wallet.priority', { priority: wallet.priority }),
          wallet.expiration_at !== null &&
            t('customer.wallets.expires', { date: formatDay(wallet.expiration_at, zone) }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      <div className="grid grid-cols-2 gap-x-8 gap-y-4 pb-5 lg:grid-cols-4">
        <Figure label={t('customer.wallets.balance')} note={creditsInWords(wallet.credits_balance)}>
          {formatMoney(wallet.balance_cents, currency)}
        </Figure>
        <Figure label={t('customer.wallets.ongoing')} note={creditsInWords(wallet.credits_ongoing_balance)}>
          {formatMoney(wallet.ongoing_balance_cents, currency)}
        </Figure>
        <Figure label={t('customer.wallets.consumed')}>{creditsInWords(wallet.consumed_credits)}</Figure>
      </div>
      <Terms wallet={wallet} />
      <WalletLedger wallet={wallet} zone={zone} />
      {wallet.status === 'active' && mayReadAlerts && <WalletAlerts wallet={wallet} customer={customer} />}
    </Section>
  )
}

/** What is particular about the wallet: nothing where nothing is. */
function Terms({ wallet }: { readonly wallet: FullWallet }) {
  const { fee_types: types, billable_metric_codes: metrics } = wallet.applies_to
  const rule = wallet.recurring_transaction_rules[0]
  const scope = [...types.map(type => tWord('fee_type', type)), ...metrics].join(', ')
  const limits = limitsInWords(wallet)
  if (scope === '' && rule === undefined && limits === undefined) return null
  return (
    <div className="pb-5">
      <Facts
        items={[
          [t('wallet.scope'), scope],
          [t('wallet.limits'), limits],
          [t('wallet.rule'), rule && ruleInWords(rule)],
        ]}
      />
    </div>
  )
}
