import { LogOut, Monitor, Moon, Sun, UserRound } from 'lucide-react'
import { consoleApi } from '../api/client.ts'
import { useOrgNavigate } from '../app/org-link.tsx'
import { useMe } from '../app/organization.ts'
import { paths } from '../app/paths.ts'
import { chooseTheme, type Theme, useTheme } from '../app/theme.ts'
import { t } from '../messages/index.ts'
import { cx } from '../ui/classes.ts'
import { Menu, MenuItem } from '../ui/menu.tsx'

const THEMES = [
  ['light', 'theme.light', Sun],
  ['dark', 'theme.dark', Moon],
  ['system', 'theme.system', Monitor],
] as const

/** Who is signed in, the theme, and the way out. */
export function AccountMenu() {
  const { user } = useMe()
  const go = useOrgNavigate()
  return (
    <div className="flex items-center justify-between gap-1 border-t border-rule pt-3">
      <Menu
        align="start"
        trigger={
          <button type="button" className="min-w-0 rounded-md px-2 py-1 text-left hover:bg-sunk">
            <span className="sr-only">{t('user.menu')}</span>
            <span className="block truncate leading-tight font-medium">{user?.name}</span>
            <span className="block truncate text-xs text-faint">{user?.email}</span>
          </button>
        }
      >
        <MenuItem icon={UserRound} onSelect={() => go(paths.account)}>
          {t('nav.account')}
        </MenuItem>
        <MenuItem icon={LogOut} onSelect={() => void signOut()}>
          {t('user.sign_out')}
        </MenuItem>
      </Menu>
      <ThemeSwitch />
    </div>
  )
}

export async function signOut(): Promise<void> {
  await consoleApi.post('/auth/sign-out')
  // A new document: nothing of the session stays in memory.
  location.assign('/app/login')
}

function ThemeSwitch() {
  const chosen = useTheme()
  return (
    <fieldset className="flex shrink-0">
      <legend className="sr-only">{t('theme.label')}</legend>
      {THEMES.map(([theme, label, Icon]) => (
        <button
          key={theme}
          type="button"
          aria-pressed={chosen === theme}
          aria-label={t(label)}
          title={t(label)}
          onClick={() => chooseTheme(theme satisfies Theme)}
          className={cx(
            'grid size-6 place-items-center rounded-sm',
            chosen === theme ? 'bg-sunk text-ink' : 'text-faint hover:text-ink',
          )}
        >
          <Icon size={14} strokeWidth={1.75} aria-hidden />
        </button>
      ))}
    </fieldset>
  )
}
