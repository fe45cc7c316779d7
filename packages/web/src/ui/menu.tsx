import { type LucideIcon, MoreHorizontal } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import { t } from '../messages/index.ts'
import { IconButton } from './button.tsx'
import { cx } from './classes.ts'
import { toast } from './toast.tsx'

/** A menu behind `trigger`, or behind three dots. */
export function Menu({
  trigger,
  label,
  align = 'end',
  children,
}: {
  readonly trigger?: ReactNode
  readonly label?: string
  readonly align?: 'start' | 'end'
  readonly children: ReactNode
}) {
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>
        {trigger ?? <IconButton label={label ?? t('common.more_actions')} icon={MoreHorizontal} />}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          sideOffset={4}
          className="z-50 max-h-[70vh] min-w-52 animate-[rise_100ms_ease-out] overflow-y-auto rounded-md border border-rule bg-raised p-1 shadow-lg"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

const ITEM =
  'flex cursor-pointer items-center gap-2 rounded-sm px-2 py-1.5 text-base outline-none data-highlighted:bg-sunk data-disabled:cursor-default data-disabled:text-faint'

export function MenuItem({
  icon: Icon,
  danger = false,
  checked,
  onSelect,
  children,
}: {
  readonly icon?: LucideIcon
  readonly danger?: boolean
  readonly checked?: boolean
  readonly onSelect: () => void
  readonly children: ReactNode
}) {
  return (
    <DropdownMenu.Item
      onSelect={onSelect}
      aria-current={checked || undefined}
      className={cx(ITEM, danger && 'text-bad')}
    >
      {Icon && <Icon size={15} strokeWidth={1.75} aria-hidden className="text-faint" />}
      {children}
    </DropdownMenu.Item>
  )
}

/** Puts the id of what the menu is about into the clipboard; with an icon, where the other items have one. */
export function CopyIdItem({ id, icon }: { readonly id: string; readonly icon?: LucideIcon }) {
  const copy = async () => {
    await navigator.clipboard.writeText(id)
    toast(t('common.copied'))
  }
  return (
    <MenuItem {...(icon && { icon })} onSelect={() => void copy()}>
      {t('common.copy_id')}
    </MenuItem>
  )
}

export function MenuLabel({ children }: { readonly children: ReactNode }) {
  return <DropdownMenu.Label className="px-2 pt-1.5 pb-1 text-xs text-faint">{children}</DropdownMenu.Label>
}

export function MenuRule() {
  return <DropdownMenu.Separator className="my-1 h-px bg-rule" />
}
