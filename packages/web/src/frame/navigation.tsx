import { useLocation } from '@tanstack/react-router'
import {
  Activity,
  ArrowLeftRight,
  Banknote,
  BookOpen,
  Gauge,
  History,
  House,
  KeyRound,
  type LucideIcon,
  Package,
  Percent,
  ReceiptText,
  Repeat2,
  ShieldCheck,
  Tags,
  TicketPercent,
  ToggleRight,
  Undo2,
  Users,
  UsersRound,
  Webhook,
} from 'lucide-react'
import { OrgLink, useOrgHref } from '../app/org-link.tsx'
import { useIsAdmin, useMay } from '../app/organization.ts'
import { paths } from '../app/paths.ts'
import { type PlainKey, t } from '../messages/index.ts'
import { cx } from '../ui/classes.ts'

interface Item {
  readonly label: PlainKey
  readonly to: string
  readonly icon: LucideIcon
  /** The resource that one must be allowed to read; `admin` for what only administrators see. */
  readonly needs?: string
}

interface Group {
  readonly title?: PlainKey
  readonly items: readonly Item[]
}

/** The pages that exist, in the order of daily work. A new page is a line here. */
export const NAVIGATION: readonly Group[] = [
  { items: [{ label: 'nav.home', to: paths.home, icon: House }] },
  {
    title: 'nav.section.catalogue',
    items: [
      { label: 'nav.metrics', to: paths.metrics, icon: Gauge, needs: 'billable_metric' },
      { label: 'nav.plans', to: paths.plans, icon: Tags, needs: 'plan' },
      { label: 'nav.features', to: paths.features, icon: ToggleRight, needs: 'feature' },
      { label: 'nav.add_ons', to: paths.addOns, icon: Package, needs: 'add_on' },
      { label: 'nav.coupons', to: paths.coupons, icon: TicketPercent, needs: 'coupon' },
    ],
  },
  {
    title: 'nav.section.billing',
    items: [
      { label: 'nav.customers', to: paths.customers, icon: Users, needs: 'customer' },
      { label: 'nav.subscriptions', to: paths.subscriptions, icon: Repeat2, needs: 'subscription' },
      { label: 'nav.invoices', to: paths.invoices, icon: ReceiptText, needs: 'invoice' },
      { label: 'nav.payments', to: paths.payments, icon: Banknote, needs: 'payment' },
      { label: 'nav.credit_notes', to: paths.creditNotes, icon: Undo2, needs: 'credit_note' },
    ],
  },
  {
    title: 'nav.section.developers',
    items: [
      { label: 'nav.api_keys', to: paths.apiKeys, icon: KeyRound, needs: 'admin' },
      { label: 'nav.webhooks', to: paths.webhooks, icon: Webhook, needs: 'webhook_endpoint' },
      { label: 'nav.events', to: paths.events, icon: Activity, needs: 'event' },
      { label: 'nav.api_log', to: paths.apiLog, icon: ArrowLeftRight, needs: 'api_log' },
      { label: 'nav.activity', to: paths.activity, icon: History, needs: 'activity_log' },
    ],
  },
  {
    title: 'nav.section.settings',
    items: [
      { label: 'nav.taxes', to: paths.taxes, icon: Percent, needs: 'tax' },
      { label: 'nav.team', to: paths.team, icon: UsersRound, needs: 'admin' },
      { label: 'nav.security_log', to: paths.securityLog, icon: ShieldCheck, needs: 'security_log' },
    ],
  },
]

/** The groups of pages that the user's role may see. */
export function useNavigation(): readonly Group[] {
  const may = useMay()
  const isAdmin = useIsAdmin()
  const isShown = ({ needs }: Item) => needs === undefined || (needs === 'admin' ? isAdmin : may(needs, 'read'))
  return NAVIGATION.map(group => ({ ...group, items: group.items.filter(isShown) })).filter(
    ({ items }) => items.length > 0,
  )
}

export function Navigation() {
  const { pathname } = useLocation()
  const href = useOrgHref()
  const groups = useNavigation()
  const isHere = (to: string) =>
    to === paths.home
      ? pathname === href(to) || pathname === `${href(to)}/`
      : pathname === href(to) || pathname.startsWith(`${href(to)}/`)
  return (
    <nav aria-label={t('nav.label')} className="flex grow flex-col gap-4 overflow-y-auto">
      {groups.map(group => (
        <div key={group.title ?? 'top'}>
          {group.title !== undefined && <p className="px-2 pb-1 text-xs text-faint">{t(group.title)}</p>}
          <ul className="flex flex-col gap-px">
            {group.items.map(({ label, to, icon: Icon }) => (
              <li key={to}>
                <OrgLink
                  to={to}
                  aria-current={isHere(to) ? 'page' : undefined}
                  className={cx(
                    'flex h-8 items-center gap-2.5 rounded-md px-2 font-medium',
                    isHere(to) ? 'bg-accent-wash text-accent' : 'text-soft hover:bg-sunk hover:text-ink',
                  )}
                >
                  <Icon size={16} strokeWidth={1.75} aria-hidden />
                  {t(label)}
                </OrgLink>
              </li>
            ))}
            {group.title === 'nav.section.developers' && (
              <li>
                <a
                  href="/docs"
                  target="_blank"
                  rel="noreferrer"
                  className="flex h-8 items-center gap-2.5 rounded-md px-2 font-medium text-soft hover:bg-sunk hover:text-ink"
                >
                  <BookOpen size={16} strokeWidth={1.75} aria-hidden />
                  {t('nav.reference')}
                </a>
              </li>
            )}
          </ul>
        </div>
      ))}
    </nav>
  )
}
