import { useState } from 'react'
import type { FullPlan } from '../../api/plans.ts'
import type { PricedCharge, PricedFixedCharge } from '../../api/subscriptions.ts'
import { useMay } from '../../app/organization.ts'
import { useAction, useGet } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { Load } from '../../ui/load.tsx'
import { Section } from '../../ui/page.tsx'
import { chargeDraft, chargeOverride, fixedChargeBody, fixedChargeDraft } from '../plans/charge-draft.ts'
import { FeeSheet } from './fee-sheet.tsx'
import { type OverrideDraft, overrideDraft, overridesBody } from './override-draft.ts'
import { ChargeSheet, FixedChargeSheet } from './override-sheets.tsx'
import { FixedPrices, PlanTerms, UsagePrices } from './prices.tsx'
import { pathOf, type SubscriptionProps, usePrices } from './reads.ts'

/** The plan as it applies to the subscription: every price, whether it is the plan's or its own, and the way to change it. */
export function PlanTab({ subscription }: SubscriptionProps) {
  const { plan } = subscription
  const currency = plan.amount_currency
  const { charges, fixed } = usePrices(subscription)
  const [edited, setEdited] = useState<Edited>()
  const own = useOwnPrices(subscription)
  const close = () => setEdited(undefined)
  return (
    <>
      <Section
        title={t('sub.plan.title')}
        actions={own.ready && <Button onClick={() => setEdited({ kind: 'fee' })}>{t('sub.override.fee')}</Button>}
      >
        <p className="max-w-prose pb-3 text-soft">
          {plan.parent_id === null ? t('sub.plan.inherited') : t('sub.plan.overridden')}
        </p>
        <PlanTerms plan={plan} />
      </Section>
      <Load query={fixed}>
        {({ fixed_charges: list }) =>
          list.length > 0 && (
            <Section title={t('sub.plan.fixed')}>
              <FixedPrices
                charges={list}
                currency={currency}
                onEdit={own.ready ? charge => setEdited({ kind: 'fixed', charge }) : undefined}
              />
            </Section>
          )
        }
      </Load>
      <Section title={t('sub.plan.usage')}>
        <Load query={charges}>
          {({ charges: list }) => (
            <UsagePrices
              charges={list}
              currency={currency}
              onEdit={own.ready ? charge => setEdited({ kind: 'usage', charge }) : undefined}
            />
          )}
        </Load>
      </Section>
      {edited?.kind === 'fee' && <FeeSheet plan={plan} onClose={close} onDone={own.changeFee} />}
      {edited?.kind === 'usage' && (
        <ChargeSheet
          name={edited.charge.invoice_display_name || edited.charge.billable_metric_code}
          currency={currency}
          start={chargeDraft(edited.charge, currency, undefined)}
          onClose={close}
          onDone={draft => own.changeCharge(edited.charge, draft)}
        />
      )}
      {edited?.kind === 'fixed' && (
        <FixedChargeSheet
          name={edited.charge.invoice_display_name || edited.charge.add_on_code}
          currency={currency}
          start={fixedChargeDraft(edited.charge, undefined)}
          onClose={close}
          onDone={draft => own.changeFixed(edited.charge, draft)}
        />
      )}
    </>
  )
}

type Edited =
  | { readonly kind: 'fee' }
  | { readonly kind: 'usage'; readonly charge: PricedCharge }
  | { readonly kind: 'fixed'; readonly charge: PricedFixedCharge }

/**
 * Changes prices of the subscription only. The first change gives it its own copy of the plan, which is told everything that a
 * copy would lose otherwise; afterwards the copy is changed.
 */
function useOwnPrices(subscription: SubscriptionProps['subscription']) {
  const { plan, status } = subscription
  const may = useMay()
  const isLive = status === 'active' || status === 'pending'
  const mayChange = isLive && may('subscription', 'write') && may('plan', 'read')
  const isCopy = plan.parent_id !== null
  const sold = useGet<{ plan: FullPlan }>(
    `/plans/${encodeURIComponent(plan.code)}`,
    {},
    { enabled: mayChange && !isCopy },
  )
  const path = pathOf(subscription)
  const put = useAction((api, { to, body }: { to: string; body: object }) => api.put(`${path}${to}`, body), {
    done: t('sub.override.done'),
  })
  const base = sold.data?.plan
  const copy = (changes: (start: OverrideDraft) => OverrideDraft) => {
    const overrides = base && overridesBody(base, changes(overrideDraft(base)))
    if (overrides === undefined) return
    put.mutate({ to: `?status=${status}`, body: { subscription: { plan_overrides: overrides } } })
  }
  const currency = plan.amount_currency
  return {
    ready: mayChange && (isCopy || base !== undefined),
    changeFee(draft: Pick<OverrideDraft, 'amount' | 'displayName' | 'trial' | 'minimum'>, body: object) {
      if (isCopy) put.mutate({ to: `?status=${status}`, body: { subscription: { plan_overrides: body } } })
      else copy(start => ({ ...start, ...draft }))
    },
    changeCharge(charge: PricedCharge, draft: OverrideDraft['charges'][string]) {
      const to = `/charges/${encodeURIComponent(charge.code)}?subscription_status=${status}`
      if (isCopy) put.mutate({ to, body: { charge: chargeOverride(draft, currency) } })
      else copy(start => ({ ...start, charges: { [charge.lago_id]: draft } }))
    },
    changeFixed(charge: PricedFixedCharge, draft: OverrideDraft['fixed'][string]) {
      const { invoice_display_name, properties, units, tax_codes } = fixedChargeBody(draft)
      const to = `/fixed_charges/${encodeURIComponent(charge.code)}?subscription_status=${status}`
      if (isCopy) put.mutate({ to, body: { fixed_charge: { invoice_display_name, properties, units, tax_codes } } })
      else copy(start => ({ ...start, fixed: { [charge.lago_id]: draft } }))
    },
  }
}
