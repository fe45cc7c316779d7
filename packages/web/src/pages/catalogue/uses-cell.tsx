import type { Uses } from '../../api/catalog.ts'
import { formatCount } from '../../format/numbers.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useUses } from './uses.ts'

/** How many use the object of a row. */
export function UsesCell({
  collection,
  code,
  count,
}: {
  readonly collection: string
  readonly code: string
  readonly count: Exclude<keyof Uses, 'lago_id'>
}) {
  const uses = useUses(collection, code)
  if (uses.isError) return <span className="text-faint">–</span>
  if (uses.data === undefined) return <Skeleton className="ml-auto h-4 w-6" />
  return formatCount(uses.data.uses[count])
}
