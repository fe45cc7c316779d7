import { useBlocker } from '@tanstack/react-router'
import type { KeyboardEvent, ReactNode } from 'react'
import { t } from '../messages/index.ts'
import { Button } from './button.tsx'
import { cx } from './classes.ts'
import { Buttons, Dialog } from './dialog.tsx'
import type { Form } from './use-form.ts'

type State = Pick<Form<object>, 'problem' | 'busy' | 'dirty' | 'submit' | 'element'>

interface Props {
  readonly form: State
  readonly submit: string
  readonly onCancel: () => void
  readonly children: ReactNode
}

/** The fields of a dialog or drawer with its buttons. Ctrl or ⌘ and Enter send it from every field. */
export function DialogForm({ form, submit, onCancel, children }: Props) {
  return (
    <FormElement form={form} className="flex flex-col gap-4">
      {children}
      <Problem form={form} />
      <Buttons>
        <Button onClick={onCancel}>{t('common.cancel')}</Button>
        <Button kind="primary" type="submit" busy={form.busy}>
          {submit}
        </Button>
      </Buttons>
    </FormElement>
  )
}

/** A form that is a page of its own: sections, what helps beside them, and a question before leaving what is not saved. */
export function PageForm({
  form,
  submit,
  onCancel,
  side,
  wideSide = false,
  children,
}: Props & {
  readonly side?: ReactNode
  /** What stands beside the fields is as important as they are. */
  readonly wideSide?: boolean
}) {
  return (
    <>
      <div
        className={cx(
          // Where there is one column, what helps stands before the buttons: it is to be read before anything is sent.
          'flex flex-col gap-x-12 lg:grid',
          wideSide
            ? 'lg:grid-cols-[minmax(0,1fr)_minmax(20rem,0.55fr)]'
            : 'lg:grid-cols-[minmax(0,42rem)_minmax(22rem,1fr)]',
        )}
      >
        <FormElement form={form} className="min-w-0 max-lg:contents">
          {children}
          <div className="sticky bottom-0 z-10 -mx-1 max-lg:order-last border-t border-rule bg-paper px-1 py-3">
            <Problem form={form} />
            <Buttons>
              <Button onClick={onCancel}>{t('common.cancel')}</Button>
              <Button kind="primary" type="submit" busy={form.busy} title={t('form.submit_hint')}>
                {submit}
              </Button>
            </Buttons>
          </div>
        </FormElement>
        {side !== undefined && (
          <Aside>
            <div className="max-lg:border-t max-lg:border-rule max-lg:py-6">{side}</div>
          </Aside>
        )}
      </div>
      <LeaveGuard dirty={form.dirty} />
    </>
  )
}

/** What helps beside a form or a page: it stays in sight, and scrolls by itself where it is longer than the window. */
export function Aside({ children }: { readonly children: ReactNode }) {
  return (
    <aside className="-mx-1 min-w-0 px-1 pb-1 lg:sticky lg:top-(--bar) lg:max-h-[calc(100dvh-var(--bar))] lg:self-start lg:overflow-y-auto">
      {children}
    </aside>
  )
}

/** Fields that belong together, under a hairline. */
export function FormSection({
  title,
  text,
  children,
}: {
  readonly title: string
  readonly text?: ReactNode
  readonly children: ReactNode
}) {
  return (
    <fieldset className="flex min-w-0 flex-col gap-4 border-t border-rule py-6 first:border-t-0 first:pt-0">
      <legend className="float-left w-full text-lg font-semibold">{title}</legend>
      {text !== undefined && <p className="-mt-3 max-w-prose text-soft">{text}</p>}
      {children}
    </fieldset>
  )
}

/** Fields side by side where there is room. */
export function FieldRow({ children }: { readonly children: ReactNode }) {
  return <div className="grid gap-4 sm:grid-cols-2">{children}</div>
}

function FormElement({
  form,
  className,
  children,
}: {
  readonly form: State
  readonly className: string
  readonly children: ReactNode
}) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    form.submit()
  }
  return (
    <form
      ref={form.element}
      noValidate
      className={className}
      onKeyDown={onKeyDown}
      onSubmit={event => {
        event.preventDefault()
        // A drawer's form stands in the page's form for React, though not in the document.
        event.stopPropagation()
        form.submit()
      }}
    >
      {children}
    </form>
  )
}

function Problem({ form }: { readonly form: State }) {
  if (form.problem === undefined) return null
  return (
    <p role="alert" className="pb-2 text-bad">
      {form.problem}
    </p>
  )
}

/** Asks before a page with changes is left. */
function LeaveGuard({ dirty }: { readonly dirty: boolean }) {
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty && current.pathname !== next.pathname,
    enableBeforeUnload: dirty,
    withResolver: true,
  })
  const stay = () => blocker.status === 'blocked' && blocker.reset()
  return (
    <Dialog
      open={blocker.status === 'blocked'}
      onOpenChange={open => !open && stay()}
      title={t('form.leave.title')}
      description={t('form.leave.text')}
    >
      <Buttons>
        <Button onClick={stay}>{t('form.leave.stay')}</Button>
        <Button kind="danger" onClick={() => blocker.status === 'blocked' && blocker.proceed()}>
          {t('form.leave.go')}
        </Button>
      </Buttons>
    </Dialog>
  )
}
