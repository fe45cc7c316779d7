import { t } from '../../messages/index.ts'
import { Load } from '../../ui/load.tsx'
import { Section } from '../../ui/page.tsx'
import { FixedPrices, PlanTerms, UsagePrices } from './prices.tsx'
import { type SubscriptionProps, usePrices } from './reads.ts'

/** The plan as it applies to the subscription: every price, whether it is the plan's or its own. */
export function PlanTab({ subscription }: SubscriptionProps) {
  const { plan } = subscription
  const { charges, fixed } = usePrices(subscription)
  return (
    <>
      <Section title={t('sub.plan.title')}>
        <p className="max-w-prose pb-3 text-soft">
          {plan.parent_id === null ? t('sub.plan.inherited') : t('sub.plan.overridden')}
        </p>
        <PlanTerms plan={plan} />
      </Section>
      <Load query={fixed}>
        {({ fixed_charges: list }) =>
          list.length > 0 && (
            <Section title={t('sub.plan.fixed')}>
              <FixedPrices charges={list} currency={plan.amount_currency} />
            </Section>
          )
        }
      </Load>
      <Section title={t('sub.plan.usage')}>
        <Load query={charges}>
          {({ charges: list }) => <UsagePrices charges={list} currency={plan.amount_currency} />}
        </Load>
      </Section>
    </>
  )
}
