import { useState } from 'react'
import { codeFromName } from '../format/code.ts'
import { t } from '../messages/index.ts'
import { Field, Input } from './field.tsx'
import { FieldRow } from './form.tsx'
import type { Form } from './use-form.ts'

/** A name and the code that follows from it until the code is written by hand. */
export function NameAndCode({
  form,
  isNew,
  locked = false,
}: {
  readonly form: Pick<Form<{ readonly name: string; readonly code: string }>, 'values' | 'patch' | 'errors'>
  readonly isNew: boolean
  /** The code stays as it is. */
  readonly locked?: boolean
}) {
  const { name, code } = form.values
  const [follows, setFollows] = useState(isNew && code === codeFromName(name))
  return (
    <FieldRow>
      <Field label={t('common.name')} errors={form.errors('name')}>
        <Input
          autoFocus={isNew}
          value={name}
          onChange={event =>
            form.patch({ name: event.target.value, ...(follows && { code: codeFromName(event.target.value) }) })
          }
        />
      </Field>
      <Field label={t('common.code')} errors={form.errors('code')} hint={t('form.code_hint')}>
        <Input
          className="font-mono"
          value={code}
          disabled={locked}
          onChange={event => {
            setFollows(false)
            form.patch({ code: event.target.value })
          }}
        />
      </Field>
    </FieldRow>
  )
}
