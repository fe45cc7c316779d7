import type { ReactNode } from 'react'
import { cx } from './classes.ts'

/** Something to know before going on: why a part is locked, what a change brings with it. */
export function Notice({
  tone = 'quiet',
  children,
}: {
  readonly tone?: 'quiet' | 'warn'
  readonly children: ReactNode
}) {
  return (
    <p
      role={tone === 'warn' ? 'status' : undefined}
      className={cx(
        'max-w-prose border-l-2 py-0.5 pl-3',
        tone === 'warn' ? 'border-warn text-warn' : 'border-rule-strong text-soft',
      )}
    >
      {children}
    </p>
  )
}
