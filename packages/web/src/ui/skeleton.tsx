import { t } from '../messages/index.ts'
import { cx } from './classes.ts'

/** A line of text that is not there yet. Its mark lets tests and pictures wait for it. */
export function Skeleton({ className = 'h-4 w-32' }: { readonly className?: string }) {
  return (
    <span
      aria-hidden
      data-loading
      className={cx('block animate-[breathe_1.4s_ease-in-out_infinite] rounded-sm bg-rule', className)}
    />
  )
}

/** Keys for things that are all alike. */
export function places(count: number): string[] {
  return Array.from({ length: count }, (_, place) => `place-${place}`)
}

/** Lines in the place of a section that is being loaded. */
export function SkeletonLines({ lines = 4 }: { readonly lines?: number }) {
  return (
    <div role="status" aria-label={t('common.loading')} className="flex flex-col gap-3 py-2">
      {places(lines).map((key, line) => (
        <Skeleton key={key} className={cx('h-4', ['w-3/4', 'w-1/2', 'w-2/3', 'w-2/5'][line % 4])} />
      ))}
    </div>
  )
}
