import { Link, useNavigate } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, ReactNode } from 'react'
import { cx } from '../ui/classes.ts'
import { useOrganization } from './organization.ts'
import { stringifySearch, type UrlState } from './url-state.ts'

interface Props extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href' | 'target'> {
  /** From `paths`. */
  readonly to: string
  readonly search?: UrlState
  readonly children: ReactNode
}

/** A link to a page of the same organization. */
export function OrgLink({ to, search, ...rest }: Props) {
  const href = useOrgHref()
  return <Link to={href(to)} search={(search ?? {}) as never} {...rest} />
}

/** The first cell of a row that opens: the link that its row stands for. */
export function RowLink({ className, ...rest }: Props) {
  return <OrgLink data-row-link="" {...rest} className={cx('font-medium text-ink hover:text-accent', className)} />
}

/** Makes addresses of pages of the same organization. */
export function useOrgHref(): (to: string, search?: UrlState) => string {
  const { slug } = useOrganization()
  return (to, search) => `/app/${slug}${to === '/' ? '' : to}${search === undefined ? '' : stringifySearch(search)}`
}

export function useOrgNavigate(): (to: string, search?: UrlState) => void {
  const navigate = useNavigate()
  const href = useOrgHref()
  return (to, search = {}) => void navigate({ to: href(to), search: search as never })
}
