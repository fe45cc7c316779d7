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

/** Values over time, as bars. The figure is also there as a table for those who do not see it. */
export function BarChart({ label, bars }: { readonly label: string; readonly bars: readonly Bar[] }) {
  const id = useId()
  const [pointed, setPointed] = useState<Bar>()
  const most = Math.max(...bars.map(bar => bar.value), 0)
  const step = 100 / Math.max(bars.length, 1)
  const ticks = bars.filter((_, index) => index % Math.max(1, Math.ceil(bars.length / 6)) === 0)
  return (
    <figure aria-labelledby={id}>
      <figcaption className="flex justify-between gap-4 pb-2 text-sm text-soft">
        <span id={id}>{label}</span>
        <span className="tabular" aria-hidden>
          {pointed === undefined ? '' : `${pointed.label} · ${pointed.text}`}
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
      <div aria-hidden className="flex justify-between pt-1 text-xs text-faint tabular">
        {ticks.map(tick => (
          <span key={tick.key}>{tick.label}</span>
        ))}
      </div>
      <table className="sr-only">
        <tbody>
          {bars.map(bar => (
            <tr key={bar.key}>
              <th scope="row">{bar.label}</th>
              <td>{bar.text}</td>
            </tr>
          ))}
        </tbody>
      </table>
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
