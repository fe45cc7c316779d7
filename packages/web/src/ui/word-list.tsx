import { X } from 'lucide-react'
import { type KeyboardEvent, useState } from 'react'
import { t } from '../messages/index.ts'
import { Input } from './field.tsx'

/**
 * Words that are typed one after another: Enter or a comma ends one, Backspace in the empty field takes the last away. What is
 * typed and not ended yet counts too, so that nothing is lost, and nothing moves, when the field is left for a button.
 */
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
  const [typed, setTyped] = useState<readonly string[]>([])
  const ended = words.filter(word => !typed.includes(word))
  const type = (next: string) => {
    const found = next.split(',').map(word => word.trim())
    const fresh = [...new Set(found.filter(word => word !== '' && !ended.includes(word)))]
    setText(next)
    setTyped(fresh)
    onChange([...ended, ...fresh])
  }
  const end = () => {
    setText('')
    setTyped([])
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey) return
    if (event.key === 'Backspace' && text === '') onChange(words.slice(0, -1))
    if (event.key !== ',' && event.key !== 'Enter') return
    event.preventDefault()
    end()
  }
  return (
    <div className="flex flex-col gap-1.5">
      {ended.length > 0 && (
        <ul className="flex flex-wrap gap-1">
          {ended.map(word => (
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
        onChange={event => type(event.target.value)}
        onKeyDown={onKeyDown}
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
