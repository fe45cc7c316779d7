import type { ReactNode } from 'react'
import { tWord } from '../messages/index.ts'
import { cx } from './classes.ts'

export type Tone = 'good' | 'warn' | 'bad' | 'accent' | 'quiet'

const TONES: Readonly<Record<Tone, string>> = {
  good: 'bg-good-wash text-good',
  warn: 'bg-warn-wash text-warn',
  bad: 'bg-bad-wash text-bad',
  accent: 'bg-accent-wash text-accent',
  quiet: 'bg-sunk text-soft',
}

/** A word with a tone behind it. */
export function Badge({ tone = 'quiet', children }: { readonly tone?: Tone; readonly children: ReactNode }) {
  return (
    <span
      className={cx(
        'inline-flex h-5 items-center rounded-sm px-1.5 text-xs font-medium whitespace-nowrap',
        TONES[tone],
      )}
    >
      {children}
    </span>
  )
}

const STATUS_TONES: Readonly<Record<string, Tone>> = {
  active: 'good',
  succeeded: 'good',
  finalized: 'good',
  settled: 'good',
  available: 'good',
  draft: 'quiet',
  pending: 'warn',
  incomplete: 'warn',
  retrying: 'warn',
  partially_paid: 'warn',
  failed: 'bad',
  overdue: 'bad',
  disputed: 'bad',
}

/** A status of the API, in words and a tone. `kind` is the prefix of its messages, e.g. `invoice_status`. */
export function Status({ kind, value }: { readonly kind: string; readonly value: string }) {
  return <Badge tone={STATUS_TONES[value] ?? 'quiet'}>{tWord(kind, value)}</Badge>
}
