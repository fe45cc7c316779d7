import type { ReactNode } from 'react'
import { useUrlState } from '../app/url-state.ts'
import { cx } from './classes.ts'

export interface Tab {
  readonly key: string
  readonly label: ReactNode
  readonly count?: number | undefined
}

/** Tabs whose choice is in the URL as `tab`. The first one is chosen when it is not. Arrow keys move between them. */
export function Tabs({
  label,
  tabs,
  children,
}: {
  readonly label: string
  readonly tabs: readonly Tab[]
  readonly children: (chosen: string) => ReactNode
}) {
  const [state, setState] = useUrlState()
  const chosen = tabs.find(tab => tab.key === state.tab)?.key ?? tabs[0]?.key ?? ''
  const choose = (key: string | undefined) => {
    if (key === undefined) return
    setState({ tab: key === tabs[0]?.key ? undefined : key, page: undefined })
    document.getElementById(`tab-${key}`)?.focus()
  }
  return (
    <>
      <div
        role="tablist"
        aria-label={label}
        className="-mx-4 flex gap-5 overflow-x-auto border-b border-rule px-4 md:mx-0 md:px-0"
      >
        {tabs.map((tab, index) => (
          <button
            key={tab.key}
            id={`tab-${tab.key}`}
            type="button"
            role="tab"
            aria-selected={tab.key === chosen}
            aria-controls="tab-panel"
            tabIndex={tab.key === chosen ? 0 : -1}
            onClick={() => choose(tab.key)}
            onKeyDown={event => {
              const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
              if (step !== undefined) choose(tabs[(index + step + tabs.length) % tabs.length]?.key)
            }}
            className={cx(
              '-mb-px border-b-2 px-0.5 pt-1 pb-2 font-medium whitespace-nowrap outline-offset-[-2px]',
              tab.key === chosen ? 'border-accent text-ink' : 'border-transparent text-soft hover:text-ink',
            )}
          >
            {tab.label}
            {tab.count !== undefined && <span className="ml-1.5 text-sm text-faint tabular">{tab.count}</span>}
          </button>
        ))}
      </div>
      <div role="tabpanel" id="tab-panel" aria-labelledby={`tab-${chosen}`} className="pt-6">
        {children(chosen)}
      </div>
    </>
  )
}
