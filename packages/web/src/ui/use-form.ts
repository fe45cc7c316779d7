import { type RefObject, useEffect, useRef, useState } from 'react'
import { ApiFailure } from '../api/client.ts'
import { reasonOf } from './reason.ts'

/** Field to codes, as the API tells what is wrong with a request. */
export type FieldErrors = Readonly<Record<string, readonly string[]>>

export interface Form<Values> {
  readonly values: Values
  readonly set: <Key extends keyof Values>(key: Key, value: Values[Key]) => void
  readonly patch: (changes: Partial<Values>) => void
  /** The codes for a field of the last try, and none any more once the field was changed. */
  readonly errors: (field: string) => readonly string[]
  /** What is wrong with no field that is shown. */
  readonly problem: string | undefined
  readonly busy: boolean
  /** Something was changed and not saved. */
  readonly dirty: boolean
  readonly submit: () => void
  /** Of the form's element, where the first wrong field is focused. */
  readonly element: RefObject<HTMLFormElement | null>
}

interface Options<Values, Result> {
  readonly start: Values
  readonly send: (values: Values) => Promise<Result>
  readonly onSent: (result: Result) => void
  /** What is wrong before anything is sent. */
  readonly check?: (values: Values) => FieldErrors
  /** Fields of the API that are shown under another name, or within one: `{ 'privilege.code': 'privileges' }`. */
  readonly aliases?: Readonly<Record<string, string>>
}

/** The state of a form: its values, named like the API's fields, and what the API says is wrong with them. */
export function useForm<Values extends object, Result>(options: Options<Values, Result>): Form<Values> {
  const { start, send, onSent, check, aliases = {} } = options
  const [first] = useState(start)
  const [values, setValues] = useState(start)
  const [details, setDetails] = useState<FieldErrors>({})
  const [problem, setProblem] = useState<string>()
  const [state, setState] = useState<'open' | 'busy' | 'sent'>('open')
  const [answer, setAnswer] = useState<{ readonly result: Result }>()
  const element = useRef<HTMLFormElement>(null)

  useEffect(() => {
    if (Object.keys(details).length > 0) element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [details])

  const told = useRef(onSent)
  told.current = onSent
  useEffect(() => {
    // Only now does the page know that there is nothing left to lose by leaving it.
    if (answer !== undefined) told.current(answer.result)
  }, [answer])

  const refuse = (wrong: FieldErrors) => {
    const shown: Record<string, readonly string[]> = {}
    const elsewhere: Record<string, readonly string[]> = {}
    for (const [field, codes] of Object.entries(wrong)) {
      const name = aliases[field] ?? field
      if (name.split('.')[0] !== undefined && (name.split('.')[0] ?? '') in values) shown[name] = [codes].flat()
      else elsewhere[field] = codes
    }
    setDetails(shown)
    if (Object.keys(elsewhere).length > 0) {
      setProblem(reasonOf(new ApiFailure(422, { error_details: elsewhere })))
    }
  }

  const run = async () => {
    setDetails({})
    setProblem(undefined)
    const wrong = check?.(values) ?? {}
    if (Object.keys(wrong).length > 0) return refuse(wrong)
    setState('busy')
    try {
      const result = await send(values)
      setState('sent')
      setAnswer({ result })
    } catch (error) {
      setState('open')
      if (error instanceof ApiFailure && Object.keys(error.details).length > 0) refuse(error.details)
      else setProblem(reasonOf(error))
    }
  }

  const patch = (changes: Partial<Values>) => {
    setValues(held => ({ ...held, ...changes }))
    setDetails(held => {
      const touched = (field: string) => Object.keys(changes).includes(field.split('.')[0] ?? '')
      return Object.keys(held).some(touched)
        ? Object.fromEntries(Object.entries(held).filter(([field]) => !touched(field)))
        : held
    })
  }

  return {
    values,
    patch,
    set: (key, value) => patch({ [key]: value } as unknown as Partial<Values>),
    errors: field => details[field] ?? [],
    problem,
    busy: state === 'busy',
    dirty: state !== 'sent' && JSON.stringify(values) !== JSON.stringify(first),
    submit: () => {
      if (state !== 'busy') void run()
    },
    element,
  }
}
