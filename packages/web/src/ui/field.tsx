import { type ComponentProps, createContext, type ReactNode, useContext, useId } from 'react'
import { tWord } from '../messages/index.ts'
import { cx } from './classes.ts'

interface FieldIds {
  readonly id: string
  readonly describedBy: string | undefined
  readonly invalid: boolean
}

const FieldContext = createContext<FieldIds | undefined>(undefined)

const CONTROL =
  'w-full rounded-md border border-rule-strong bg-raised px-2.5 text-base text-ink transition-colors hover:border-faint ' +
  'aria-invalid:border-bad disabled:cursor-not-allowed disabled:bg-sunk disabled:text-soft'

/** A label, its control, a hint, and what is wrong with it: the codes that the API gives for the field. */
export function Field({
  label,
  hint,
  errors = [],
  optional,
  className,
  children,
}: {
  readonly label: ReactNode
  readonly hint?: ReactNode
  readonly errors?: readonly string[] | undefined
  readonly optional?: string
  readonly className?: string
  readonly children: ReactNode
}) {
  const id = useId()
  const noteId = `${id}-note`
  const invalid = errors.length > 0
  const hasNote = invalid || hint !== undefined
  return (
    <div className={cx('flex flex-col gap-1', className)}>
      <label htmlFor={id} className="text-sm font-medium text-ink">
        {label}
        {optional !== undefined && <span className="ml-1.5 font-normal text-faint">{optional}</span>}
      </label>
      <FieldContext value={{ id, describedBy: hasNote ? noteId : undefined, invalid }}>{children}</FieldContext>
      {hasNote && (
        <p
          id={noteId}
          role={invalid ? 'alert' : undefined}
          className={cx('text-sm', invalid ? 'text-bad' : 'text-faint')}
        >
          {invalid ? errors.map(code => tWord('code', code)).join('. ') : hint}
        </p>
      )}
    </div>
  )
}

function useControl() {
  const field = useContext(FieldContext)
  return {
    id: field?.id,
    'aria-describedby': field?.describedBy,
    'aria-invalid': field?.invalid || undefined,
  }
}

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input {...useControl()} {...rest} className={cx(CONTROL, 'h-8.5', className)} />
}

export function TextArea({ className, ...rest }: ComponentProps<'textarea'>) {
  return <textarea rows={4} {...useControl()} {...rest} className={cx(CONTROL, 'py-1.5', className)} />
}

/** A choice of a few. The browser's own: it works with every keyboard, reader and phone. For many, see `Combobox`. */
export function Select({ className, children, ...rest }: ComponentProps<'select'>) {
  return (
    <select {...useControl()} {...rest} className={cx(CONTROL, 'h-8.5 pr-7', className)}>
      {children}
    </select>
  )
}

export function Checkbox({ label, hint, ...rest }: ComponentProps<'input'> & { label: ReactNode; hint?: ReactNode }) {
  const id = useId()
  return (
    <div className="flex items-start gap-2">
      <input id={id} type="checkbox" {...rest} className="mt-0.5 size-4 accent-accent" />
      <label htmlFor={id} className="text-base leading-5">
        {label}
        {hint !== undefined && <span className="block text-sm text-faint">{hint}</span>}
      </label>
    </div>
  )
}
