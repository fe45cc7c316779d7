import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { addOnRoutes } from '../pages/add-ons/routes.ts'
import { couponRoutes } from '../pages/coupons/routes.ts'
import { customerRoutes } from '../pages/customers/routes.ts'
import { developerRoutes } from '../pages/developers/routes.ts'
import { featureRoutes } from '../pages/features/routes.ts'
import { homeRoutes } from '../pages/home/routes.ts'
import { invoiceRoutes } from '../pages/invoices/routes.ts'
import { metricRoutes } from '../pages/metrics/routes.ts'
import { planRoutes } from '../pages/plans/routes.ts'
import { settingsRoutes } from '../pages/settings/routes.ts'
import { subscriptionRoutes } from '../pages/subscriptions/routes.ts'
import { Toasts } from '../ui/toast.tsx'
import { BrokenPage, MissingPage } from './broken-page.tsx'
import { landingOrganization, meQuery, rememberOrganization } from './organization.ts'
import { queryClient } from './queries.ts'
import { parseSearch, stringifySearch } from './url-state.ts'

const rootRoute = createRootRoute({
  component: () => (
    <>
      <Outlet />
      <Toasts />
    </>
  ),
})

const me = () => queryClient.ensureQueryData(meQuery)

/** Nobody signed in: sign in, or sign up where nobody has yet, and come back here. */
async function requireSignedIn(here: string) {
  const known = await me()
  if (known.user !== null) return known
  if (known.sign_up_open) throw redirect({ to: '/app/sign-up' })
  throw redirect({ to: '/app/login', search: (here === '/' || here === '/app' ? {} : { next: here }) as never })
}

const land = async ({ location }: { location: { pathname: string } }) => {
  const known = await requireSignedIn(location.pathname)
  const organization = landingOrganization(known)
  if (organization === undefined) throw redirect({ to: '/app/login' })
  throw redirect({ to: `/app/${organization.slug}` as '/app' })
}

const startRoute = createRoute({ getParentRoute: () => rootRoute, path: '/', beforeLoad: land })
const appRoute = createRoute({ getParentRoute: () => rootRoute, path: '/app', beforeLoad: land })

const account = (path: string, page: 'SignIn' | 'SignUp' | 'Invitation') =>
  createRoute({
    getParentRoute: () => rootRoute,
    path: `/app/${path}`,
    beforeLoad: me,
    component: lazyRouteComponent(() => import('../pages/account/pages.tsx'), page),
  })

/** Every page of an organization is a child of this route, which loads the frame around it. */
export const organizationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/app/$org',
  beforeLoad: async ({ location, params }) => {
    const known = await requireSignedIn(location.href)
    if (!known.organizations.some(organization => organization.slug === params.org)) throw redirect({ to: '/app' })
    rememberOrganization(params.org)
  },
  component: lazyRouteComponent(() => import('../frame/shell.tsx'), 'Shell'),
})

const pages = [
  ...homeRoutes,
  ...customerRoutes,
  ...subscriptionRoutes,
  ...invoiceRoutes,
  ...metricRoutes,
  ...planRoutes,
  ...featureRoutes,
  ...addOnRoutes,
  ...couponRoutes,
  ...developerRoutes,
  ...settingsRoutes,
]

const routeTree = rootRoute.addChildren([
  startRoute,
  appRoute,
  account('login', 'SignIn'),
  account('sign-up', 'SignUp'),
  account('invitation/$token', 'Invitation'),
  organizationRoute.addChildren(
    pages.map(({ path, load }) =>
      createRoute({ getParentRoute: () => organizationRoute, path, component: lazyRouteComponent(load) }),
    ),
  ),
])

export const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  defaultPendingMs: 400,
  parseSearch,
  stringifySearch,
  scrollRestoration: true,
  defaultErrorComponent: BrokenPage,
  defaultNotFoundComponent: MissingPage,
})
