import type { FullWallet, WalletRule } from '../../api/wallets.ts'
import { formatMoney } from '../../format/money.ts'
import { formatUnits } from '../../format/numbers.ts'
import { t, tWord } from '../../messages/index.ts'

export function walletName({ name }: Pick<FullWallet, 'name'>): string {
  return name || t('customer.credit')
}

/** @example creditsInWords('12.5') // '12.5 credits' */
export function creditsInWords(credits: string): string {
  return Number(credits) === 1
    ? t('customer.wallets.credits', { count: 1 })
    : `${formatUnits(credits)} ${t('unit.credits')}`
}

/** What may be bought at once; undefined where nothing bounds it. */
export function limitsInWords(wallet: FullWallet): string | undefined {
  const { paid_top_up_min_amount_cents: least, paid_top_up_max_amount_cents: most, currency } = wallet
  const min = least === null ? undefined : formatMoney(least, currency)
  const max = most === null ? undefined : formatMoney(most, currency)
  if (min !== undefined && max !== undefined) return t('wallet.limits_between', { min, max })
  if (min !== undefined) return t('wallet.limits_from', { min })
  return max === undefined ? undefined : t('wallet.limits_to', { max })
}

/** @example ruleInWords(rule) // 'Every month: 100 bought and 0 free credits' */
export function ruleInWords(rule: WalletRule): string {
  const when =
    rule.trigger === 'interval'
      ? t('wallet.rule.interval', { interval: tWord('interval', rule.interval ?? '') })
      : t('wallet.rule.threshold', { credits: creditsInWords(rule.threshold_credits) })
  const what =
    rule.method === 'target'
      ? t('wallet.rule.target', { credits: creditsInWords(rule.target_ongoing_balance ?? '0') })
      : t('wallet.rule.fixed', { paid: formatUnits(rule.paid_credits), granted: formatUnits(rule.granted_credits) })
  return `${when}: ${what}`
}
