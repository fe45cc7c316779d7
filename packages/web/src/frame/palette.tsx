import { useNavigate } from '@tanstack/react-router'
import { Command } from 'cmdk'
import { BookOpen, Building2, Contrast, Copy, LogOut, type LucideIcon } from 'lucide-react'
import { Dialog } from 'radix-ui'
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react'
import { useOrgNavigate } from '../app/org-link.tsx'
import { useMay, useMe, useOrganization } from '../app/organization.ts'
import { useGet } from '../app/queries.ts'
import { toggleTheme } from '../app/theme.ts'
import { t } from '../messages/index.ts'
import { toast } from '../ui/toast.tsx'
import { signOut } from './account-menu.tsx'
import { FINDERS, type Finder } from './finders.ts'
import { useNavigation } from './navigation.tsx'

const TYPING_MS = 150
const MOST_FOUND = 5

/** ⌘K: finds any customer, invoice or subscription, goes to any page, and does what needs no form. */
export function Palette({
  open,
  onOpenChange,
}: {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
}) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-veil" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[12vh] left-1/2 z-50 w-[min(38rem,calc(100vw-1.5rem))] -translate-x-1/2 animate-[rise_120ms_ease-out] overflow-hidden rounded-lg border border-rule bg-raised shadow-2xl"
        >
          <Dialog.Title className="sr-only">{t('palette.title')}</Dialog.Title>
          <Choices close={() => onOpenChange(false)} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function Choices({ close }: { readonly close: () => void }) {
  const [text, setText] = useState('')
  const [term, setTerm] = useState('')
  const [value, setValue] = useState('')
  const list = useRef<HTMLDivElement>(null)
  const hasMoved = useRef(false)
  // Answers arrive in any order: until the user moves, the first line is the chosen one.
  const chooseFirst = useCallback(() => {
    requestAnimationFrame(() => {
      const first = list.current?.querySelector('[cmdk-item]')?.getAttribute('data-value')
      if (!hasMoved.current && first != null) setValue(first)
    })
  }, [])
  useEffect(() => {
    const timer = setTimeout(() => setTerm(text.trim()), TYPING_MS)
    return () => clearTimeout(timer)
  }, [text])
  return (
    <Command
      label={t('palette.title')}
      loop
      value={value}
      onValueChange={setValue}
      onKeyDown={event => {
        if (event.key === 'ArrowDown' || event.key === 'ArrowUp') hasMoved.current = true
      }}
    >
      <Command.Input
        autoFocus
        value={text}
        onValueChange={next => {
          hasMoved.current = false
          setText(next)
        }}
        placeholder={t('palette.placeholder')}
        className="h-12 w-full border-b border-rule bg-transparent px-4 text-lg outline-none"
      />
      <Command.List ref={list} className="max-h-[min(26rem,60vh)] overflow-y-auto p-1.5">
        <Command.Empty className="px-3 py-6 text-center text-faint">{t('palette.none')}</Command.Empty>
        {term.length > 1 && <Found term={term} close={close} onFound={chooseFirst} />}
        <Commands close={close} />
      </Command.List>
      <p className="border-t border-rule px-4 py-2 text-xs text-faint">{t('palette.hint')}</p>
    </Command>
  )
}

interface FoundProps {
  readonly term: string
  readonly close: () => void
  readonly onFound: () => void
}

/** What the server finds. The values carry the term, so that the list does not filter them away. */
function Found({ term, close, onFound }: FoundProps) {
  const may = useMay()
  return FINDERS.filter(({ resource }) => may(resource, 'read')).map(finder => (
    <FoundBy key={finder.path} finder={finder} term={term} close={close} onFound={onFound} />
  ))
}

function FoundBy({ finder, term, close, onFound }: FoundProps & { readonly finder: Finder }) {
  const go = useOrgNavigate()
  const found = useGet<Record<string, unknown[]>>(
    finder.path,
    { search_term: term, per_page: MOST_FOUND },
    { keep: true },
  )
  const rows = found.data?.[finder.root] ?? []
  // biome-ignore lint/correctness/useExhaustiveDependencies: other rows are what it waits for
  useEffect(onFound, [found.data])
  if (rows.length === 0) return null
  return (
    <Group heading={t(finder.heading)}>
      {rows.map(row => {
        const { key, label, note, to, search } = finder.present(row)
        const open = () => {
          close()
          go(to, search)
        }
        return (
          <Item key={key} value={`${term} ${finder.path} ${key}`} onSelect={open} {...(note !== undefined && { note })}>
            {label}
          </Item>
        )
      })}
    </Group>
  )
}

function Commands({ close }: { readonly close: () => void }) {
  const organization = useOrganization()
  const me = useMe()
  const navigate = useNavigate()
  const go = useOrgNavigate()
  const groups = useNavigation()
  const run = (act: () => void) => () => {
    close()
    act()
  }
  return (
    <>
      <Group heading={t('palette.go')}>
        {groups
          .flatMap(group => group.items)
          .map(({ label, to, icon }) => (
            <Item key={to} value={`go ${t(label)}`} icon={icon} onSelect={run(() => go(to))}>
              {t(label)}
            </Item>
          ))}
        <Item
          value={`go ${t('nav.reference')}`}
          icon={BookOpen}
          onSelect={run(() => void window.open('/docs', '_blank', 'noreferrer'))}
        >
          {t('nav.reference')}
        </Item>
      </Group>
      <Group heading={t('palette.organizations')}>
        {me.organizations
          .filter(({ id }) => id !== organization.id)
          .map(({ id, name, slug, sandbox }) => (
            <Item
              key={id}
              value={`organization ${name}`}
              icon={Building2}
              note={sandbox ? t('org.sandbox') : t('org.live')}
              onSelect={run(() => void navigate({ to: `/app/${slug}` }))}
            >
              {name}
            </Item>
          ))}
      </Group>
      <Group heading={t('palette.commands')}>
        <Item value={t('palette.toggle_theme')} icon={Contrast} onSelect={run(toggleTheme)}>
          {t('palette.toggle_theme')}
        </Item>
        <Item
          value={t('palette.copy_organization_id')}
          icon={Copy}
          onSelect={run(
            () => void navigator.clipboard.writeText(organization.id).then(() => toast(t('common.copied'))),
          )}
        >
          {t('palette.copy_organization_id')}
        </Item>
        <Item value={t('user.sign_out')} icon={LogOut} onSelect={run(() => void signOut())}>
          {t('user.sign_out')}
        </Item>
      </Group>
    </>
  )
}

function Group({ heading, children }: { readonly heading: string; readonly children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="pb-1.5 **:[[cmdk-group-heading]]:px-2.5 **:[[cmdk-group-heading]]:py-1.5 **:[[cmdk-group-heading]]:text-xs **:[[cmdk-group-heading]]:text-faint"
    >
      {children}
    </Command.Group>
  )
}

function Item({
  value,
  icon: Icon,
  note,
  onSelect,
  children,
}: {
  readonly value: string
  readonly icon?: LucideIcon
  readonly note?: string
  readonly onSelect: () => void
  readonly children: ReactNode
}) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex h-9 cursor-pointer items-center gap-2.5 rounded-md px-2.5 data-[selected=true]:bg-accent-wash"
    >
      {Icon && <Icon size={15} strokeWidth={1.75} aria-hidden className="text-faint" />}
      <span className="truncate">{children}</span>
      {note !== undefined && <span className="ml-auto truncate pl-4 text-sm text-faint tabular">{note}</span>}
    </Command.Item>
  )
}
