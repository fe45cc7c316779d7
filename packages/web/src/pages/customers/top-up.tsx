import { type Currency, decimal, purchasedCredits } from '@weir/engine'
import type { FullWallet } from '../../api/wallets.ts'
import { useAction } from '../../app/queries.ts'
import { formatMoney } from '../../format/money.ts'
import { t } from '../../messages/index.ts'
import { AmountInput } from '../../ui/amount.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Checkbox, Field, Input } from '../../ui/field.tsx'
import { DialogForm, FieldRow } from '../../ui/form.tsx'
import { useForm } from '../../ui/use-form.ts'
import { creditsInWords, limitsInWords, walletName } from './wallet-words.ts'

const CREDITS = /^\d+(\.\d+)?$/

/** Buys credits or gives them away, and says before what it costs and from when they can be used. */
export function TopUp({ wallet, onClose }: { readonly wallet: FullWallet; readonly onClose: () => void }) {
  const limits = limitsInWords(wallet)
  const add = useAction(
    (api, { paid_credits: paid, granted_credits: granted, name, ignore }: typeof START) =>
      api.post('/wallet_transactions', {
        wallet_transaction: {
          wallet_id: wallet.lago_id,
          ...(paid !== '' && { paid_credits: paid }),
          ...(granted !== '' && { granted_credits: granted }),
          ...(name !== '' && { name }),
          ...(ignore && { ignore_paid_top_up_limits: true }),
        },
      }),
    { done: t('top_up.done'), toastFailure: false, invalidates: ['wallets', 'invoices'] },
  )
  const form = useForm({
    start: START,
    send: values => add.mutateAsync(values),
    onSent: onClose,
    check: ({ paid_credits: paid, granted_credits: granted }) => ({
      ...(paid !== '' && !CREDITS.test(paid) && { paid_credits: ['not_a_number'] }),
      ...(granted !== '' && !CREDITS.test(granted) && { granted_credits: ['not_a_number'] }),
      ...(paid === '' && granted === '' && { paid_credits: ['value_is_mandatory'] }),
    }),
  })
  const { values, set, errors } = form
  return (
    <Dialog open onOpenChange={open => !open && onClose()} title={t('top_up.title', { name: walletName(wallet) })}>
      <DialogForm form={form} submit={t('top_up.submit')} onCancel={onClose}>
        <FieldRow>
          <Field label={t('top_up.paid')} errors={errors('paid_credits')} hint={limits}>
            <AmountInput
              autoFocus
              value={values.paid_credits}
              unit={t('unit.credits')}
              onChange={credits => set('paid_credits', credits)}
            />
          </Field>
          <Field label={t('top_up.granted')} errors={errors('granted_credits')}>
            <AmountInput
              value={values.granted_credits}
              unit={t('unit.credits')}
              onChange={credits => set('granted_credits', credits)}
            />
          </Field>
        </FieldRow>
        <Field label={t('top_up.name')} optional={t('common.optional')} errors={errors('name')}>
          <Input value={values.name} onChange={event => set('name', event.target.value)} />
        </Field>
        {limits !== undefined && (
          <Checkbox
            label={t('top_up.ignore_limits')}
            checked={values.ignore}
            onChange={event => set('ignore', event.target.checked)}
          />
        )}
        <Consequences wallet={wallet} paid={values.paid_credits} granted={values.granted_credits} />
      </DialogForm>
    </Dialog>
  )
}

const START = { paid_credits: '', granted_credits: '', name: '', ignore: false }

function Consequences({
  wallet,
  paid,
  granted,
}: {
  readonly wallet: FullWallet
  readonly paid: string
  readonly granted: string
}) {
  const lines: string[] = []
  if (CREDITS.test(paid) && Number(paid) > 0) {
    const amount = worthOf(wallet, paid)
    lines.push(
      t(wallet.invoice_requires_successful_payment ? 'top_up.cost_hidden' : 'top_up.cost', { amount }),
      t('top_up.available', { credits: creditsInWords(paid) }),
    )
  }
  if (CREDITS.test(granted) && Number(granted) > 0) {
    lines.push(t('top_up.granted_worth', { credits: creditsInWords(granted), amount: worthOf(wallet, granted) }))
  }
  return (
    <div role="status" className="border-l-2 border-rule-strong pl-3 text-soft">
      {(lines.length > 0 ? lines : [t('top_up.nothing')]).map(line => (
        <p key={line}>{line}</p>
      ))}
    </div>
  )
}

/** What credits cost: computed as the server does. */
function worthOf(wallet: FullWallet, credits: string): string {
  const rate = { rateAmount: decimal(wallet.rate_amount), currency: wallet.currency as Currency }
  return formatMoney(Number(purchasedCredits(decimal(credits), rate).amountCents), wallet.currency)
}
