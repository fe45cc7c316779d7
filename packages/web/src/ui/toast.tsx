import { CheckCircle2, CircleAlert } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { cx } from './classes.ts'

interface Toast {
  readonly id: number
  readonly tone: 'good' | 'bad'
  readonly text: string
}

const SHOWN_MS = 5000
let toasts: readonly Toast[] = []
let nextId = 1
const listeners = new Set<() => void>()

function change(next: readonly Toast[]): void {
  toasts = next
  for (const listener of listeners) listener()
}

/** Says for a few seconds that something worked, or did not. */
export function toast(text: string, tone: Toast['tone'] = 'good'): void {
  const id = nextId++
  change([...toasts, { id, tone, text }])
  setTimeout(() => change(toasts.filter(one => one.id !== id)), SHOWN_MS)
}

/** Where toasts appear: once, at the root. */
export function Toasts() {
  const shown = useSyncExternalStore(
    listener => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    () => toasts,
  )
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed right-4 bottom-4 z-60 flex w-[min(24rem,calc(100vw-2rem))] flex-col gap-2"
    >
      {shown.map(({ id, tone, text }) => {
        const Icon = tone === 'good' ? CheckCircle2 : CircleAlert
        return (
          <div
            key={id}
            className="flex animate-[rise_140ms_ease-out] items-start gap-2.5 rounded-md border border-rule bg-raised px-3.5 py-2.5 shadow-lg"
          >
            <Icon
              size={17}
              strokeWidth={1.75}
              aria-hidden
              className={cx('mt-0.5 shrink-0', tone === 'good' ? 'text-good' : 'text-bad')}
            />
            <p className="min-w-0 break-words">{text}</p>
          </div>
        )
      })}
    </div>
  )
}
