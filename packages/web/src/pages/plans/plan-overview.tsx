import { lazy, type ReactNode, Suspense } from 'react'
import { t, tWord } from '../../messages/index.ts'
import { Aside } from '../../ui/form.tsx'
import { Facts, Section } from '../../ui/page.tsx'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { Badge } from '../../ui/status.tsx'
import type { ChargeDraft } from './charge-draft.ts'
import { useUnitNames } from './charges-section.tsx'
import {
  advancedFacts,
  chargeName,
  type Fact,
  feeFacts,
  fixedChargeFacts,
  fixedChargeName,
  priceFacts,
  settingsFacts,
  termsFacts,
} from './describe.ts'
import { filterName } from './filter-name.ts'
import type { PlanDraft } from './plan-draft.ts'
import type { PriceDraft } from './price-draft.ts'

const Calculator = lazy(() => import('./calculator.tsx'))

/** A plan in words and figures, and what it costs for the units that are tried. */
export function PlanOverview({ plan }: { readonly plan: PlanDraft }) {
  const unitName = useUnitNames()
  const advanced = advancedFacts(plan)
  return (
    <div className="grid gap-x-12 gap-y-8 lg:grid-cols-[minmax(0,1fr)_minmax(20rem,0.55fr)]">
      <div className="min-w-0">
        <Section title={t('plans.fee')}>
          <FactList facts={feeFacts(plan)} />
        </Section>
        <Section title={t('plans.usage_charges')}>
          {plan.charges.length === 0 && <p className="text-soft">{t('plans.usage_charges.none')}</p>}
          <div>
            {plan.charges.map(charge => (
              <Charge
                key={charge.key}
                charge={charge}
                unit={charge.unit === null ? plan.currency : unitName(charge.unit.code)}
              />
            ))}
          </div>
        </Section>
        {plan.fixedCharges.length > 0 && (
          <Section title={t('plans.fixed_charges')}>
            <div>
              {plan.fixedCharges.map(charge => (
                <Part key={charge.key} name={fixedChargeName(charge)} badge={tWord('charge_model', charge.model)}>
                  <FactList facts={fixedChargeFacts(charge, plan.currency).slice(2)} />
                </Part>
              ))}
            </div>
          </Section>
        )}
        {advanced.length > 0 && (
          <Section title={t('plans.advanced')}>
            <FactList facts={advanced} />
          </Section>
        )}
        <Section title={t('plans.settings')}>
          <FactList facts={settingsFacts(plan)} />
        </Section>
      </div>
      <Aside>
        <Suspense fallback={<SkeletonLines lines={6} />}>
          <Calculator plan={plan} />
        </Suspense>
      </Aside>
    </div>
  )
}

function Charge({ charge, unit }: { readonly charge: ChargeDraft; readonly unit: string }) {
  const { model, filters } = charge
  return (
    <Part name={chargeName(charge)} badge={tWord('charge_model', model)}>
      <Price
        title={filters.length > 0 ? t('plans.filters.other') : undefined}
        model={model}
        price={charge.price}
        unit={unit}
      />
      {filters.map(filter => (
        <Price key={filter.key} title={filterName(filter)} model={model} price={filter.price} unit={unit} />
      ))}
      <div className="pt-2">
        <FactList facts={termsFacts(charge, unit).filter(({ label }) => label !== t('plans.charge.model'))} />
      </div>
    </Part>
  )
}

function Price({
  title,
  model,
  price,
  unit,
}: {
  readonly title: string | undefined
  readonly model: string
  readonly price: PriceDraft
  readonly unit: string
}) {
  const facts = priceFacts(model, price, unit)
  return (
    <div className="py-1.5">
      {title !== undefined && <h4 className="pb-0.5 text-sm font-medium">{title}</h4>}
      <table className="w-full max-w-xl">
        <tbody>
          {facts.map(({ label, value }) => (
            <tr key={label} className="border-b border-rule last:border-b-0">
              <th scope="row" className="py-1 pr-4 text-left font-normal text-soft">
                {label}
              </th>
              <td className="py-1 text-right tabular">{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Part({
  name,
  badge,
  children,
}: {
  readonly name: string
  readonly badge: string
  readonly children: ReactNode
}) {
  return (
    <section className="border-t border-rule py-3 first:border-t-0 first:pt-0">
      <h3 className="flex flex-wrap items-center gap-2 pb-1 font-semibold">
        {name} <Badge>{badge}</Badge>
      </h3>
      {children}
    </section>
  )
}

function FactList({ facts }: { readonly facts: readonly Fact[] }) {
  return <Facts items={facts.map(({ label, value }) => [label, value] as const)} />
}
