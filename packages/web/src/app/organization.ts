import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { type Api, apiOf, consoleApi, consoleApiOf } from '../api/client.ts'
import type { Me, Mode, Organization } from '../api/types.ts'

export const meQuery = {
  queryKey: ['me'],
  queryFn: ({ signal }: { signal: AbortSignal }) => consoleApi.get<Me>('/api/me', undefined, signal),
  staleTime: 60_000,
} as const

const LAST_KEY = 'weir.organization'

export function useMe(): Me {
  return useSuspenseQuery(meQuery).data
}

/** Where a user lands: the organization they used last, else the first one. */
export function landingOrganization(me: Me): Organization | undefined {
  const last = localStorage.getItem(LAST_KEY)
  return me.organizations.find(organization => organization.slug === last) ?? me.organizations[0]
}

export function rememberOrganization(slug: string): void {
  localStorage.setItem(LAST_KEY, slug)
}

/** The organization of the page. Only within its pages. */
export function useOrganization(): Organization {
  const { org } = useParams({ strict: false }) as { org?: string }
  const { data } = useQuery(meQuery)
  const organization = data?.organizations.find(candidate => candidate.slug === org)
  if (organization === undefined) throw new Error('this page belongs to an organization')
  return organization
}

/** The public API for the organization of the page. */
export function useApi(): Api {
  return apiOf(useOrganization().id)
}

export function useConsoleApi(): Api {
  return consoleApiOf(useOrganization().id)
}

/**
 * Whether the user's role allows something. What it does not allow is not shown; the server refuses it besides.
 *
 * @example const may = useMay(); may('invoice', 'write') && <Button>…</Button>
 */
export function useMay(): (resource: string, mode: Mode) => boolean {
  const { permissions } = useOrganization()
  return (resource, mode) => permissions[resource]?.includes(mode) === true
}

export function useIsAdmin(): boolean {
  return useOrganization().roles.includes('admin')
}
