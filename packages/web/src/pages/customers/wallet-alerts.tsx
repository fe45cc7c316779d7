import type { FullWallet } from '../../api/wallets.ts'
import { t } from '../../messages/index.ts'
import { Alerts } from '../alerts/alerts.tsx'
import type { CustomerProps } from './reads.ts'

const TYPES = [
  'wallet_balance_amount',
  'wallet_credits_balance',
  'wallet_ongoing_balance_amount',
  'wallet_credits_ongoing_balance',
] as const

/** Who wants to be told when the balance of a wallet falls low. */
export function WalletAlerts({ customer, wallet }: CustomerProps & { readonly wallet: FullWallet }) {
  const [id, code] = [customer.external_id, wallet.code].map(encodeURIComponent)
  return (
    <Alerts
      part
      holder={{
        path: `/customers/${id}/wallets/${code}/alerts`,
        query: {},
        types: TYPES,
        metrics: [],
        currency: wallet.currency,
        zone: customer.applicable_timezone,
        unit: t('unit.credits'),
        texts: {
          none: t('wallet.alert.none'),
          form: t('wallet.alert.form'),
          thresholds: t('wallet.alert.thresholds'),
          recurring: t('wallet.alert.recurring'),
        },
      }}
    />
  )
}
