import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Failure } from './empty.tsx'
import { SkeletonLines } from './skeleton.tsx'

/** What is read, once it is there: a skeleton until then, and the way to try again where it failed. */
export function Load<T>({
  query,
  lines,
  children,
}: {
  readonly query: UseQueryResult<T>
  readonly lines?: number
  readonly children: (data: T) => ReactNode
}) {
  if (query.isError) return <Failure error={query.error} onRetry={() => void query.refetch()} />
  if (query.data === undefined) return <SkeletonLines {...(lines !== undefined && { lines })} />
  return children(query.data)
}
