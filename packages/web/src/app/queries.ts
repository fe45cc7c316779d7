import {
  keepPreviousData,
  QueryClient,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { type Api, ApiFailure, type Query } from '../api/client.ts'
import { reasonOf } from '../ui/reason.ts'
import { toast } from '../ui/toast.tsx'
import { useApi } from './organization.ts'

/*
 * The key of a query is made from its path, so that nobody has to invent one:
 *
 *   [organization id, 'customers', '/customers/acme/current_usage', { external_subscription_id: 's1' }]
 *
 * What changes invoices says so with `invalidates: ['invoices']`, and whatever was read under `/invoices…` is read again.
 */

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      retry: (failures, error) => failures < 2 && !(error instanceof ApiFailure && error.status < 500),
    },
  },
})

export function keyOf(api: Api, path: string, query: Query = {}) {
  return [api.organizationId, path.split('/')[1] ?? '', path, query] as const
}

interface ReadOptions {
  /** Not asked while false, e.g. before what it depends on is known. */
  readonly enabled?: boolean
  /** Keeps showing what was there while another page or filter is read. */
  readonly keep?: boolean
  readonly refetchInterval?: number | false
}

/** Reads from the public API. */
export function useGet<T>(path: string, query: Query = {}, options: ReadOptions = {}): UseQueryResult<T> {
  const api = useApi()
  return useQuery({
    queryKey: keyOf(api, path, query),
    queryFn: ({ signal }) => api.get<T>(path, query, signal),
    enabled: options.enabled ?? true,
    refetchInterval: options.refetchInterval ?? false,
    ...(options.keep === true && { placeholderData: keepPreviousData }),
  })
}

interface ActionOptions<Result> {
  /** What a toast says when it worked. */
  readonly done?: string | ((result: Result) => string)
  /** The first words of the paths that it changes: `['invoices', 'customers']`; everything by default. */
  readonly invalidates?: readonly string[]
  /** False where the page shows the failure itself, e.g. under the fields of a form. */
  readonly toastFailure?: boolean
}

/** Changes something through the API, says how it went, and reads again what it changed. */
export function useAction<Input, Result>(
  run: (api: Api, input: Input) => Promise<Result>,
  options: ActionOptions<Result> = {},
) {
  const api = useApi()
  const client = useQueryClient()
  return useMutation({
    mutationFn: (input: Input) => run(api, input),
    async onSuccess(result) {
      if (options.done !== undefined) toast(typeof options.done === 'string' ? options.done : options.done(result))
      const keys = options.invalidates?.map(word => [api.organizationId, word]) ?? [[api.organizationId]]
      await Promise.all(keys.map(queryKey => client.invalidateQueries({ queryKey })))
    },
    onError(error) {
      if (options.toastFailure !== false) toast(reasonOf(error), 'bad')
    },
  })
}

/** Reads what the API computes from a body and does not store, e.g. `/invoices/preview`. */
export function usePreview<T>(path: string, body: unknown, options: ReadOptions = {}): UseQueryResult<T> {
  const api = useApi()
  return useQuery({
    queryKey: [...keyOf(api, path), body],
    queryFn: () => api.post<T>(path, body),
    enabled: options.enabled ?? true,
    ...(options.keep === true && { placeholderData: keepPreviousData }),
  })
}
