import { useId, useState } from 'react'

export interface Bar {
  readonly key: string
  /** On the axis. */
  readonly label: string
  readonly value: number
  /** What is said at the bar. */
  readonly text: string
}

const HEIGHT = 120
/** A few bars do not fill the width: they would look like much. */
const LEAST_PLACES = 30
const MOST_TICKS = 6

/** Values over time, as bars. The figure is also there as a table for those who do not see it. */
export function BarChart({ label, bars }: { readonly label: string; readonly bars: readonly Bar[] }) {
  const id = useId()
  const [pointed, setPointed] = useState<Bar>()
  const most = Math.max(...bars.map(bar => bar.value), 0)
  const step = 100 / Math.max(bars.length, LEAST_PLACES)
  const every = Math.max(Math.ceil(Math.max(bars.length, LEAST_PLACES) / MOST_TICKS), 1)
  const largest = bars.find(bar => bar.value === most)
  return (
    <figure aria-labelledby={id} className="relative">
      <figcaption className="flex justify-between gap-4 pb-2 text-sm text-soft">
        <span id={id}>{label}</span>
        <span className="tabular" aria-hidden>
          {pointed === undefined ? (largest?.text ?? '') : `${pointed.label} · ${pointed.text}`}
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 100 ${HEIGHT}`}
        preserveAspectRatio="none"
        aria-hidden="true"
        className="h-32 w-full border-b border-rule-strong"
        onPointerLeave={() => setPointed(undefined)}
      >
        {bars.map((bar, index) => {
          const height = most === 0 ? 0 : Math.max((bar.value / most) * (HEIGHT - 4), bar.value > 0 ? 1 : 0)
          return (
            <g key={bar.key} onPointerEnter={() => setPointed(bar)}>
              <rect x={index * step} y={0} width={step} height={HEIGHT} className="fill-transparent" />
              <rect
                x={index * step + step * 0.14}
                y={HEIGHT - height}
                width={step * 0.72}
                height={height}
                className={pointed?.key === bar.key ? 'fill-accent' : 'fill-accent-line'}
              />
            </g>
          )
        })}
      </svg>
      <div aria-hidden className="relative h-5 text-xs text-faint tabular">
        {bars.map(
          (bar, index) =>
            index % every === 0 && (
              <span key={bar.key} className="absolute top-1 whitespace-nowrap" style={{ left: `${index * step}%` }}>
                {bar.label}
              </span>
            ),
        )}
      </div>
      <div className="sr-only">
        <table>
          <tbody>
            {bars.map(bar => (
              <tr key={bar.key}>
                <th scope="row">{bar.label}</th>
                <td>{bar.text}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  )
}

/** A share of a whole, beside the figure it belongs to. */
export function ShareBar({ share }: { readonly share: number }) {
  return (
    <span aria-hidden className="block h-1 w-full overflow-hidden rounded-full bg-rule">
      <span
        className="block h-full rounded-full bg-accent-line"
        style={{ width: `${Math.min(Math.max(share, 0), 1) * 100}%` }}
      />
    </span>
  )
}
