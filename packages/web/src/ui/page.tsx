import type { ReactNode } from 'react'
import { useEffect } from 'react'
import { OrgLink } from '../app/org-link.tsx'
import { cx } from './classes.ts'

interface HeaderProps {
  readonly title: ReactNode
  /** What the browser's tab says; the title itself where it is a text. */
  readonly documentTitle?: string
  readonly crumb?: { readonly label: string; readonly to: string }
  /** Under the title: code, status, dates. */
  readonly facts?: ReactNode
  readonly actions?: ReactNode
}

/** The head of a page: where it is, what it is about, what can be done. */
export function PageHeader({ title, documentTitle, crumb, facts, actions }: HeaderProps) {
  const name = documentTitle ?? (typeof title === 'string' ? title : undefined)
  useEffect(() => {
    if (name !== undefined) document.title = `${name} · Weir`
  }, [name])
  return (
    <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 pb-5">
      <div className="min-w-0">
        {crumb !== undefined && (
          <OrgLink to={crumb.to} className="text-sm text-soft hover:text-ink hover:underline">
            {crumb.label}
          </OrgLink>
        )}
        <h1 className="text-2xl font-semibold tracking-tight break-words">{title}</h1>
        {facts !== undefined && (
          <div className="mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1 text-soft">{facts}</div>
        )}
      </div>
      {actions !== undefined && <div className="flex flex-wrap items-center gap-2 pt-1">{actions}</div>}
    </header>
  )
}

/** A part of a page under a hairline. */
export function Section({
  title,
  actions,
  children,
  className,
}: {
  readonly title?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
  readonly className?: string
}) {
  return (
    <section
      className={cx(
        'border-t border-rule pt-4 pb-8 first:border-t-0 first:pt-0 [header+&]:border-t-0 [header+&]:pt-0',
        className,
      )}
    >
      {title !== undefined && (
        <div className="flex min-h-8 flex-wrap items-center justify-between gap-3 pb-3">
          <h2 className="text-lg font-semibold">{title}</h2>
          {actions}
        </div>
      )}
      {children}
    </section>
  )
}

/** Names and values in two columns; those without a value are left out. */
export function Facts({ items }: { readonly items: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-[minmax(7rem,auto)_1fr] content-start gap-x-6 gap-y-1.5">
      {items
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-soft">{name}</dt>
            <dd className="min-w-0 break-words">{value}</dd>
          </div>
        ))}
    </dl>
  )
}

/** A figure that a page is about. */
export function Figure({
  label,
  children,
  note,
}: {
  readonly label: string
  readonly children: ReactNode
  readonly note?: ReactNode
}) {
  return (
    <div className="min-w-0">
      <p className="text-sm text-soft">{label}</p>
      <p className="text-xl font-semibold tracking-tight tabular">{children}</p>
      {note !== undefined && <p className="text-sm text-faint">{note}</p>}
    </div>
  )
}
