import { Command } from 'cmdk'
import { ChevronsUpDown } from 'lucide-react'
import { Popover } from 'radix-ui'
import { useState } from 'react'
import { t } from '../messages/index.ts'

export interface Option {
  readonly value: string
  readonly label: string
  /** Said beside the label, e.g. a code. */
  readonly note?: string
}

/**
 * A choice of many, found by typing. The options are those of `options`; where the server searches, hand in what it found
 * and listen to `onSearch`.
 */
export function Combobox({
  label,
  value,
  options,
  onChange,
  onSearch,
  placeholder,
}: {
  readonly label: string
  readonly value: string | undefined
  readonly options: readonly Option[]
  readonly onChange: (value: string) => void
  readonly onSearch?: (term: string) => void
  readonly placeholder?: string
}) {
  const [open, setOpen] = useState(false)
  const chosen = options.find(option => option.value === value)
  const shown = chosen?.label ?? value ?? placeholder ?? t('common.search')
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger
        aria-label={label === shown ? label : `${label}: ${shown}`}
        className="flex h-8.5 w-full items-center justify-between gap-2 rounded-md border border-rule-strong bg-raised px-2.5 text-left hover:border-faint"
      >
        <span className={chosen === undefined ? 'text-faint' : 'truncate'}>{shown}</span>
        <ChevronsUpDown size={14} aria-hidden className="shrink-0 text-faint" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          className="z-60 w-(--radix-popover-trigger-width) min-w-60 rounded-md border border-rule bg-raised shadow-lg"
        >
          <Command label={label} shouldFilter={onSearch === undefined}>
            <Command.Input
              {...(onSearch && { onValueChange: onSearch })}
              placeholder={t('common.search')}
              className="h-9 w-full border-b border-rule bg-transparent px-3 outline-none"
            />
            <Command.List className="max-h-72 overflow-y-auto p-1">
              <Command.Empty className="px-2 py-3 text-faint">{t('palette.none')}</Command.Empty>
              {options.map(option => (
                <Command.Item
                  key={option.value}
                  value={`${option.label} ${option.note ?? ''} ${option.value}`}
                  onSelect={() => {
                    onChange(option.value)
                    setOpen(false)
                  }}
                  className="flex cursor-pointer items-center justify-between gap-3 rounded-sm px-2 py-1.5 data-[selected=true]:bg-sunk"
                >
                  <span className="truncate">{option.label}</span>
                  {option.note !== undefined && <span className="truncate text-sm text-faint">{option.note}</span>}
                </Command.Item>
              ))}
            </Command.List>
          </Command>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
