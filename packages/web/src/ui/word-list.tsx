import { X } from 'lucide-react'
import { type KeyboardEvent, useState } from 'react'
import { t } from '../messages/index.ts'
import { Input } from './field.tsx'

/** Words that are typed one after another: Enter or a comma ends one, Backspace in the empty field takes the last away. */
export function WordList({
  words,
  onChange,
  label,
  placeholder,
}: {
  readonly words: readonly string[]
  readonly onChange: (words: readonly string[]) => void
  /** Where no `Field` is around it. */
  readonly label?: string
  readonly placeholder?: string
}) {
  const [text, setText] = useState('')
  const take = () => {
    const added = text
      .split(',')
      .map(word => word.trim())
      .filter(word => word !== '' && !words.includes(word))
    if (added.length > 0) onChange([...words, ...new Set(added)])
    setText('')
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey) return
    if (event.key === 'Backspace' && text === '') onChange(words.slice(0, -1))
    if (event.key !== ',' && event.key !== 'Enter') return
    event.preventDefault()
    take()
  }
  return (
    <div className="flex flex-col gap-1.5">
      {words.length > 0 && (
        <ul className="flex flex-wrap gap-1">
          {words.map(word => (
            <li key={word}>
              <Chip text={word} onRemove={() => onChange(words.filter(other => other !== word))} />
            </li>
          ))}
        </ul>
      )}
      <Input
        {...(label !== undefined && { 'aria-label': label })}
        value={text}
        placeholder={placeholder}
        onChange={event => setText(event.target.value)}
        onKeyDown={onKeyDown}
        onBlur={take}
      />
    </div>
  )
}

/** Something chosen, with the way to take it out. */
export function Chip({ text, onRemove }: { readonly text: string; readonly onRemove: () => void }) {
  return (
    <span className="inline-flex h-6 max-w-full items-center gap-0.5 rounded-sm bg-sunk pr-0.5 pl-2 text-sm">
      <span className="truncate">{text}</span>
      <button
        type="button"
        aria-label={t('form.take_out', { name: text })}
        onClick={onRemove}
        className="grid size-5 place-items-center rounded-sm text-faint hover:bg-rule hover:text-ink"
      >
        <X size={12} aria-hidden />
      </button>
    </span>
  )
}
