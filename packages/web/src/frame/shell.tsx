import { Outlet, useLocation } from '@tanstack/react-router'
import { Menu as MenuIcon, Search } from 'lucide-react'
import { Dialog } from 'radix-ui'
import { Suspense, useEffect, useState } from 'react'
import { useOrganization } from '../app/organization.ts'
import { t } from '../messages/index.ts'
import { IconButton } from '../ui/button.tsx'
import { cx } from '../ui/classes.ts'
import { SkeletonLines } from '../ui/skeleton.tsx'
import { AccountMenu } from './account-menu.tsx'
import { ClockBar } from './clock-bar.tsx'
import { Mark } from './mark.tsx'
import { Navigation } from './navigation.tsx'
import { OrganizationSwitcher } from './organization-switcher.tsx'
import { Palette } from './palette.tsx'

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform)

/** Around every page of an organization: navigation at the left, the sandbox's time on top. */
export function Shell() {
  const organization = useOrganization()
  const { pathname } = useLocation()
  const [palette, setPalette] = useState(false)
  const [drawer, setDrawer] = useState(false)

  useEffect(() => {
    const open = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return
      event.preventDefault()
      setPalette(held => !held)
    }
    addEventListener('keydown', open)
    return () => removeEventListener('keydown', open)
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes the drawer
  useEffect(() => setDrawer(false), [pathname])

  const side = (
    <div className="flex h-full flex-col gap-4 p-3">
      <OrganizationSwitcher />
      <button
        type="button"
        onClick={() => setPalette(true)}
        className="flex h-8 items-center gap-2 rounded-md border border-rule-strong bg-raised px-2.5 text-sm text-faint hover:border-faint"
      >
        <Search size={14} aria-hidden />
        <span className="grow text-left">{t('palette.open')}</span>
        <kbd className="font-sans text-xs">{IS_MAC ? '⌘K' : 'Ctrl K'}</kbd>
      </button>
      <Navigation />
      <AccountMenu />
    </div>
  )

  return (
    <div className={cx('flex min-h-dvh flex-col', organization.sandbox ? '[--bar:2.125rem]' : '[--bar:0px]')}>
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-60 focus:bg-raised focus:px-3 focus:py-2"
      >
        {t('nav.skip')}
      </a>
      {organization.sandbox && <ClockBar />}
      <div className="flex min-h-0 grow">
        <aside className="sticky top-(--bar) hidden h-[calc(100dvh-var(--bar))] w-60 shrink-0 border-r border-rule md:block">
          {side}
        </aside>
        <div className="flex min-w-0 grow flex-col">
          <div className="flex items-center justify-between gap-2 border-b border-rule px-3 py-1.5 md:hidden">
            <Dialog.Root open={drawer} onOpenChange={setDrawer}>
              <Dialog.Trigger asChild>
                <IconButton label={t('nav.open')} icon={MenuIcon} />
              </Dialog.Trigger>
              <Dialog.Portal>
                <Dialog.Overlay className="fixed inset-0 z-40 bg-veil" />
                <Dialog.Content
                  aria-describedby={undefined}
                  className="fixed inset-y-0 left-0 z-50 w-72 border-r border-rule bg-paper"
                >
                  <Dialog.Title className="sr-only">{t('nav.label')}</Dialog.Title>
                  {side}
                </Dialog.Content>
              </Dialog.Portal>
            </Dialog.Root>
            <Mark />
            <IconButton label={t('palette.open')} icon={Search} onClick={() => setPalette(true)} />
          </div>
          <main
            id="content"
            tabIndex={-1}
            className="mx-auto w-full max-w-6xl min-w-0 grow px-4 pt-6 pb-16 outline-none md:px-8 md:pt-8"
          >
            <Suspense fallback={<SkeletonLines />}>
              <Outlet />
            </Suspense>
          </main>
        </div>
      </div>
      <Palette open={palette} onOpenChange={setPalette} />
    </div>
  )
}
