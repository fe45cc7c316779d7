import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'

/** What may be long, behind its title. */
export function Fold({
  title,
  open = false,
  children,
}: {
  readonly title: string
  readonly open?: boolean
  readonly children: ReactNode
}) {
  return (
    <details className="group/fold" open={open}>
      <summary className="flex w-fit cursor-pointer items-center gap-1 font-medium hover:text-accent">
        <ChevronRight size={15} aria-hidden className="text-faint transition-transform group-open/fold:rotate-90" />
        {title}
      </summary>
      <div className="pt-2 pb-4">{children}</div>
    </details>
  )
}
