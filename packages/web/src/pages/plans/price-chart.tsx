import { type PointerEvent, useState } from 'react'
import { formatPrice } from '../../format/money.ts'
import { formatShort, formatUnits } from '../../format/numbers.ts'
import { t } from '../../messages/index.ts'
import { Select } from '../../ui/field.tsx'
import { chargeName } from './describe.ts'
import { filterName } from './filter-name.ts'
import type { PlanDraft } from './plan-draft.ts'
import { curveEnd, type PricePoint, priceCurve } from './price-curve.ts'
import type { Tried } from './tried-usage.ts'

/** Price against units of one charge or filter, and what a unit costs on average. */
export function PriceChart({
  plan,
  tried,
  unitName,
}: {
  readonly plan: PlanDraft
  readonly tried: Readonly<Record<string, Tried>>
  readonly unitName: (code: string) => string
}) {
  const curves = plan.charges.flatMap(charge => [
    { key: charge.key, name: chargeName(charge), charge, price: charge.price },
    ...charge.filters.map(filter => ({
      key: `${charge.key}/${filter.key}`,
      name: `${chargeName(charge)} · ${filterName(filter)}`,
      charge,
      price: filter.price,
    })),
  ])
  const [chosen, setChosen] = useState<string>()
  const curve = curves.find(({ key }) => key === chosen) ?? curves[0]
  const units = tried[curve?.key ?? '']?.units ?? ''
  const points =
    curve === undefined
      ? []
      : priceCurve(curve.charge, curve.price, plan.currency, curveEnd(curve.charge.model, curve.price, units))
  if (curve === undefined || points.length === 0) return null
  const unit = curve.charge.unit === null ? undefined : unitName(curve.charge.unit.code)
  const said = (value: number) => {
    const short = String(Number(value.toPrecision(4)))
    return unit === undefined ? formatPrice(short, plan.currency) : `${formatUnits(short)} ${unit}`
  }
  return (
    <div className="border-t border-rule pt-3">
      <div className="flex flex-wrap items-center justify-between gap-2 pb-2">
        <h3 className="font-medium">{t('plans.chart')}</h3>
        {curves.length > 1 && (
          <Select
            aria-label={t('plans.chart.of')}
            className="h-7! w-auto! max-w-56"
            value={curve.key}
            onChange={event => setChosen(event.target.value)}
          >
            {curves.map(({ key, name }) => (
              <option key={key} value={key}>
                {name}
              </option>
            ))}
          </Select>
        )}
      </div>
      <Curve label={t('plans.chart.price')} points={points} heightOf={point => point.amount} said={said} />
      <Curve label={t('plans.chart.average')} points={points.slice(1)} heightOf={point => point.average} said={said} />
    </div>
  )
}

const HEIGHT = 80

function Curve({
  label,
  points,
  heightOf,
  said,
}: {
  readonly label: string
  readonly points: readonly PricePoint[]
  readonly heightOf: (point: PricePoint) => number
  readonly said: (value: number) => string
}) {
  const [pointed, setPointed] = useState<PricePoint>()
  const end = points.at(-1)
  const most = Math.max(...points.map(heightOf)) || 1
  const x = (point: PricePoint) => (end === undefined ? 0 : (point.units / end.units) * 100)
  const y = (point: PricePoint) => HEIGHT - (heightOf(point) / most) * (HEIGHT - 6)
  const path = points.map((point, index) => `${index === 0 ? 'M' : 'L'}${x(point)} ${y(point)}`).join(' ')
  const shown = pointed ?? end
  const point = (event: PointerEvent<SVGSVGElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    const share = (event.clientX - left) / width
    setPointed(points[Math.round(share * (points.length - 1))])
  }
  const middle = points[Math.floor(points.length / 2)]
  return (
    <figure className="pb-3">
      <figcaption className="flex justify-between gap-3 pb-1 text-sm text-soft">
        <span>{label}</span>
        <span className="tabular">
          {shown !== undefined &&
            t('plans.chart.at', {
              value: said(heightOf(shown)),
              units: formatUnits(Number(shown.units.toPrecision(3))),
            })}
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 100 ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t('plans.chart.label', {
          label,
          from: said(points[0] === undefined ? 0 : heightOf(points[0])),
          middle: said(middle === undefined ? 0 : heightOf(middle)),
          to: said(end === undefined ? 0 : heightOf(end)),
          units: formatUnits(Number((end?.units ?? 0).toPrecision(3))),
        })}
        className="h-20 w-full border-b border-rule-strong"
        onPointerMove={point}
        onPointerLeave={() => setPointed(undefined)}
      >
        <path
          d={`${path} L100 ${HEIGHT} L${points[0] === undefined ? 0 : x(points[0])} ${HEIGHT} Z`}
          className="fill-accent-wash"
        />
        <path d={path} fill="none" strokeWidth={1.5} vectorEffect="non-scaling-stroke" className="stroke-accent-line" />
        {pointed !== undefined && (
          <line
            x1={x(pointed)}
            x2={x(pointed)}
            y1={0}
            y2={HEIGHT}
            strokeWidth={1}
            vectorEffect="non-scaling-stroke"
            className="stroke-rule-strong"
          />
        )}
      </svg>
      <div aria-hidden className="flex justify-between pt-0.5 text-xs text-faint tabular">
        <span>0</span>
        <span>{formatShort((end?.units ?? 0) / 2)}</span>
        <span>{formatShort(end?.units ?? 0)}</span>
      </div>
    </figure>
  )
}
