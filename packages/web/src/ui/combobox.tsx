import { Command } from 'cmdk'
import { ChevronsUpDown } from 'lucide-react'
import { Popover } from 'radix-ui'
import { useEffect, useState } from 'react'
import { t } from '../messages/index.ts'

export interface Option {
  readonly value: string
  readonly label: string
  /** Said beside the label, e.g. a code. */
  readonly note?: string
}

/**
 * A choice of many, found by typing. The options are those of `options`; where the server searches, hand in what it found
 * and listen to `onSearch`, which hears of an empty term when the list closes.
 */
export function Combobox({
  label,
  value,
  options,
  onChange,
  onSearch,
  searching = false,
  chosen: named,
  placeholder,
}: {
  readonly label: string
  readonly value: string | undefined
  readonly options: readonly Option[]
  readonly onChange: (value: string) => void
  readonly onSearch?: (term: string) => void
  /** The options are those of an earlier term. */
  readonly searching?: boolean
  /** What is chosen, where it may be missing among the options. */
  readonly chosen?: Option | undefined
  readonly placeholder?: string
}) {
  const [open, setOpen] = useState(false)
  const [highlighted, setHighlighted] = useState('')
  const chosen = options.find(option => option.value === value) ?? named
  const shown = chosen?.label ?? value ?? placeholder ?? t('common.search')
  const names = options.map(nameOf)
  const found = names.join('\n')
  // The list highlights its first option when something is typed, which is before the server has answered.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the first is highlighted anew when there are others
  useEffect(() => {
    if (!searching) setHighlighted(names[0] ?? '')
  }, [found, searching])
  const change = (isOpen: boolean) => {
    setOpen(isOpen)
    // The box is empty when it opens again: the list has to be the whole one too.
    if (!isOpen) onSearch?.('')
  }
  return (
    <Popover.Root open={open} onOpenChange={change}>
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
          <Command
            label={label}
            shouldFilter={onSearch === undefined}
            value={highlighted}
            onValueChange={setHighlighted}
            onKeyDown={event => {
              // What is highlighted is not what was searched for.
              if (searching && event.key === 'Enter') event.preventDefault()
            }}
          >
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
                  value={nameOf(option)}
                  onSelect={() => {
                    onChange(option.value)
                    change(false)
                  }}
                  className="flex cursor-pointer items-center justify-between gap-3 rounded-sm px-2 py-1.5 data-[selected=true]:bg-sunk"
                >
                  <span className="min-w-10 truncate">{option.label}</span>
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

/** What an option is found by. */
function nameOf({ label, note = '', value }: Option): string {
  return `${label} ${note} ${value}`
}
