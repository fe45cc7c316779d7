import { formatMoney } from '../format/money.ts'
import { cx } from './classes.ts'

/** Minor units, in figures that line up. */
export function Money({
  cents,
  currency,
  className,
}: {
  readonly cents: number | null | undefined
  readonly currency: string
  readonly className?: string
}) {
  if (cents == null) return <span className="text-faint">–</span>
  return <span className={cx('tabular whitespace-nowrap', className)}>{formatMoney(cents, currency)}</span>
}
