import { useMemo, useState } from 'react'
import { ApiFailure } from '../../api/client.ts'
import { useAction } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { InlineCode } from '../../ui/code.tsx'
import { Buttons, Sheet } from '../../ui/dialog.tsx'
import { Field, Input, TextArea } from '../../ui/field.tsx'
import { FieldRow } from '../../ui/form.tsx'
import { reasonOf } from '../../ui/reason.ts'
import { RowList } from '../../ui/row-list.tsx'
import { propertiesOf } from './sample-event.tsx'

const EXAMPLE = 'round(event.properties.milliseconds / 1000, 2)'

interface Property {
  readonly name: string
  readonly value: string
}

/** Writes an expression and tries it on an event before any comes in. */
export function ExpressionDrawer({
  field,
  expression,
  code,
  onClose,
  onUse,
}: {
  readonly field: string
  readonly expression: string
  readonly code: string
  readonly onClose: () => void
  readonly onUse: (expression: string) => void
}) {
  const [text, setText] = useState(expression)
  const [typed, setTyped] = useState<readonly Property[]>([])
  const read = useMemo(() => propertiesOf(text), [text])
  const [values, setValues] = useState<Readonly<Record<string, string>>>({})
  // What the expression reads stands first, filled in; what else the event carries is added by hand.
  const properties: Property[] = [
    ...read.map(name => ({ name, value: values[name] ?? '10' })),
    ...typed.filter(({ name }) => !read.includes(name)),
  ]
  const attempt = useAction(
    api =>
      api.post<{ expression_result: { value: string } }>('/billable_metrics/evaluate_expression', {
        expression: text,
        event: {
          code,
          properties: Object.fromEntries(
            properties.filter(({ name, value }) => name !== '' && value !== '').map(({ name, value }) => [name, value]),
          ),
        },
      }),
    { toastFailure: false, invalidates: [] },
  )
  const change = (next: string) => {
    setText(next)
    attempt.reset()
  }
  const missing = properties.filter(({ name, value }) => read.includes(name) && value === '').map(({ name }) => name)
  return (
    <Sheet open onOpenChange={open => !open && onClose()} title={t('expression.title')}>
      <Field
        label={t('expression.title')}
        hint={
          <>
            {t('expression.functions')} {t('expression.reads')}
          </>
        }
      >
        <TextArea
          autoFocus
          rows={4}
          spellCheck={false}
          className="font-mono"
          placeholder={EXAMPLE}
          value={text}
          // An expression is one line: the API takes no line breaks.
          onChange={event => change(event.target.value.replace(/\s/g, ' '))}
        />
      </Field>
      <section className="flex flex-col gap-3">
        <div>
          <h3 className="font-semibold">{t('expression.sample')}</h3>
          <p className="text-soft">{t('expression.sample_text')}</p>
        </div>
        {read.map(name => (
          <FieldRow key={name}>
            <p className="self-center font-mono text-sm break-all">{name}</p>
            <Input
              aria-label={`${t('expression.value')} ${name}`}
              value={values[name] ?? '10'}
              onChange={event => {
                setValues({ ...values, [name]: event.target.value })
                attempt.reset()
              }}
            />
          </FieldRow>
        ))}
        <RowList
          rows={typed}
          onChange={setTyped}
          fresh={() => ({ name: '', value: '' })}
          add={t('expression.add')}
          nameOf={({ name }, index) => t('expression.remove', { name: name === '' ? index + 1 : name })}
          render={(row, update) => (
            <FieldRow>
              <Input
                aria-label={t('expression.property')}
                placeholder={t('expression.property')}
                value={row.name}
                onChange={event => update({ name: event.target.value })}
              />
              <Input
                aria-label={t('expression.value')}
                placeholder={t('expression.value')}
                value={row.value}
                onChange={event => update({ value: event.target.value })}
              />
            </FieldRow>
          )}
        />
      </section>
      <div role="status" className="min-h-12 border-t border-rule pt-3">
        {attempt.data !== undefined && (
          <>
            <p className="text-sm text-soft">{t('expression.result')}</p>
            <p className="text-xl font-semibold tabular">{attempt.data.expression_result.value}</p>
            <p className="text-sm text-faint">
              {t('expression.result_text', {
                field: field === '' ? t('metric.field').toLowerCase() : field,
                value: attempt.data.expression_result.value,
              })}
            </p>
          </>
        )}
        {attempt.isError && <p className="text-bad">{failureOf(attempt.error, missing)}</p>}
        {attempt.data === undefined && !attempt.isError && text === '' && (
          <p className="text-sm text-faint">
            <InlineCode>{EXAMPLE}</InlineCode>
          </p>
        )}
      </div>
      <Buttons>
        <Button busy={attempt.isPending} disabled={text.trim() === ''} onClick={() => attempt.mutate(undefined)}>
          {t('expression.test')}
        </Button>
        <Button
          kind="primary"
          onClick={() => {
            onUse(text.trim())
            onClose()
          }}
        >
          {t('expression.use')}
        </Button>
      </Buttons>
    </Sheet>
  )
}

function failureOf(error: unknown, missing: readonly string[]): string {
  if (!(error instanceof ApiFailure) || error.status !== 422) return reasonOf(error)
  if (error.details.event === undefined) return t('expression.failed.invalid')
  if (missing.length > 0) return t('expression.failed.missing', { names: missing.join(', ') })
  return t('expression.failed.event')
}
