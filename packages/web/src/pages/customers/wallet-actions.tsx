import { Ban, Pencil, Plus, Undo2 } from 'lucide-react'
import { useState } from 'react'
import type { Customer } from '../../api/types.ts'
import type { FullWallet } from '../../api/wallets.ts'
import { useApi, useMay } from '../../app/organization.ts'
import { useAction } from '../../app/queries.ts'
import { formatMoney } from '../../format/money.ts'
import { t } from '../../messages/index.ts'
import { AmountInput } from '../../ui/amount.tsx'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog, Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { DialogForm } from '../../ui/form.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { useForm } from '../../ui/use-form.ts'
import { TopUp } from './top-up.tsx'
import { WalletForm } from './wallet-form.tsx'
import { creditsInWords, walletName } from './wallet-words.ts'

/** What can be done with a wallet that is not ended. */
export function WalletActions({ wallet, customer }: { readonly wallet: FullWallet; readonly customer: Customer }) {
  const may = useMay()
  const [doing, setDoing] = useState<'top_up' | 'edit' | 'void' | 'terminate'>()
  const close = () => setDoing(undefined)
  const [writes, moves] = [may('wallet', 'write'), may('wallet_transaction', 'write')]
  if (wallet.status !== 'active' || (!writes && !moves)) return null
  return (
    <span className="flex items-center gap-1">
      {moves && (
        <Button icon={Plus} onClick={() => setDoing('top_up')}>
          {t('wallet.top_up')}
        </Button>
      )}
      <Menu>
        {writes && (
          <MenuItem icon={Pencil} onSelect={() => setDoing('edit')}>
            {t('wallet.edit')}
          </MenuItem>
        )}
        {moves && (
          <MenuItem icon={Undo2} onSelect={() => setDoing('void')}>
            {t('wallet.void')}
          </MenuItem>
        )}
        {writes && (
          <MenuItem icon={Ban} danger onSelect={() => setDoing('terminate')}>
            {t('wallet.terminate')}
          </MenuItem>
        )}
      </Menu>
      {doing === 'top_up' && <TopUp wallet={wallet} onClose={close} />}
      {doing === 'edit' && <WalletForm customer={customer} wallet={wallet} onClose={close} />}
      {doing === 'void' && <VoidCredits wallet={wallet} onClose={close} />}
      {doing === 'terminate' && <EndWallet wallet={wallet} onClose={close} />}
    </span>
  )
}

interface Props {
  readonly wallet: FullWallet
  readonly onClose: () => void
}

function VoidCredits({ wallet, onClose }: Props) {
  const take = useAction(
    (api, { voided_credits }: { voided_credits: string }) =>
      api.post('/wallet_transactions', { wallet_transaction: { wallet_id: wallet.lago_id, voided_credits } }),
    { done: t('wallet.voided'), toastFailure: false, invalidates: ['wallets', 'invoices'] },
  )
  const form = useForm({
    start: { voided_credits: '' },
    send: values => take.mutateAsync(values),
    onSent: onClose,
    check: ({ voided_credits: credits }): Record<string, string[]> =>
      /^\d+(\.\d+)?$/.test(credits) ? {} : { voided_credits: ['not_a_number'] },
  })
  return (
    <Dialog
      open
      onOpenChange={open => !open && onClose()}
      title={t('wallet.void.title')}
      description={t('wallet.void.text', { credits: creditsInWords(wallet.credits_balance) })}
    >
      <DialogForm form={form} submit={t('wallet.void')} onCancel={onClose}>
        <Field label={t('wallet.void.credits')} errors={form.errors('voided_credits')}>
          <AmountInput
            autoFocus
            value={form.values.voided_credits}
            unit={t('unit.credits')}
            onChange={credits => form.set('voided_credits', credits)}
          />
        </Field>
      </DialogForm>
    </Dialog>
  )
}

function EndWallet({ wallet, onClose }: Props) {
  const api = useApi()
  const end = useAction(() => api.delete(`/wallets/${wallet.lago_id}`), {
    done: t('wallet.terminated'),
    toastFailure: false,
    invalidates: ['wallets', 'customers', 'invoices'],
  })
  return (
    <ConfirmDialog
      open
      onOpenChange={open => !open && onClose()}
      title={t('wallet.terminate.title')}
      affects={t('wallet.terminate.affects', {
        amount: formatMoney(wallet.balance_cents, wallet.currency),
        credits: creditsInWords(wallet.credits_balance),
        name: walletName(wallet),
      })}
      confirm={t('wallet.terminate')}
      onConfirm={() => end.mutateAsync(undefined)}
    />
  )
}
