import type { LucideIcon } from 'lucide-react'
import type { ComponentProps, ReactNode } from 'react'
import { cx } from './classes.ts'

type Kind = 'primary' | 'plain' | 'quiet' | 'danger'

const KINDS: Readonly<Record<Kind, string>> = {
  primary: 'bg-accent text-accent-ink hover:opacity-90 border border-transparent',
  plain: 'border border-rule-strong bg-raised text-ink hover:bg-sunk',
  quiet: 'border border-transparent text-soft hover:bg-sunk hover:text-ink',
  danger: 'border border-transparent bg-bad text-paper hover:opacity-90',
}

export interface ButtonProps extends ComponentProps<'button'> {
  readonly kind?: Kind
  readonly icon?: LucideIcon
  /** Work is under way: the button waits and says so. */
  readonly busy?: boolean
  readonly children?: ReactNode
}

/** What does something. `primary` stands once on a page; `danger` only in the dialog that asks. */
export function Button({ kind = 'plain', icon: Icon, busy = false, className, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={rest.disabled === true || busy}
      aria-busy={busy || undefined}
      className={cx(
        'inline-flex h-8 shrink-0 items-center justify-center gap-1.5 rounded-md px-3 text-sm font-medium whitespace-nowrap transition-colors',
        'disabled:cursor-not-allowed disabled:opacity-55',
        KINDS[kind],
        className,
      )}
    >
      {busy ? <Spinner /> : Icon && <Icon size={15} strokeWidth={1.75} aria-hidden />}
      {children}
    </button>
  )
}

/** A button that is only an icon; its label is read aloud and shown as a hint. */
export function IconButton({
  label,
  icon: Icon,
  className,
  ...rest
}: ComponentProps<'button'> & { label: string; icon: LucideIcon }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={cx(
        'inline-grid size-8 shrink-0 place-items-center rounded-md text-soft transition-colors hover:bg-sunk hover:text-ink',
        className,
      )}
    >
      <Icon size={16} strokeWidth={1.75} aria-hidden />
    </button>
  )
}

export function Spinner() {
  return (
    <span
      aria-hidden
      className="size-3.5 animate-spin rounded-full border-2 border-current border-r-transparent motion-reduce:animate-none"
    />
  )
}
