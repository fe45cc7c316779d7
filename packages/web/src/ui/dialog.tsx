import type { UseQueryResult } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import { type ReactNode, useState } from 'react'
import { t } from '../messages/index.ts'
import { Button, IconButton } from './button.tsx'
import { cx } from './classes.ts'
import { useDialogFocus } from './dialog-focus.ts'
import { Failure } from './empty.tsx'
import { reasonOf } from './reason.ts'

interface Props {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly title: string
  readonly description?: ReactNode
  readonly children?: ReactNode
}

const VEIL = 'fixed inset-0 z-40 bg-veil animate-[rise_120ms_ease-out]'

/** A question in the middle of the page. */
export function Dialog({ open, onOpenChange, title, description, children }: Props) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={VEIL} />
        <Content
          description={description}
          className="fixed top-[12vh] left-1/2 z-50 flex max-h-[80vh] w-[min(32rem,calc(100vw-2rem))] -translate-x-1/2 animate-[rise_140ms_ease-out] flex-col gap-4 overflow-y-auto rounded-lg border border-rule bg-raised p-5 shadow-xl"
        >
          <Heading title={title} description={description} />
          {children}
        </Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

/** A drawer from the right: forms of parts and details that do not leave the page. */
export function Sheet({
  open,
  onOpenChange,
  title,
  description,
  children,
  wide = false,
}: Props & { readonly wide?: boolean }) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={VEIL} />
        <Content
          description={description}
          className={cx(
            'fixed inset-y-0 right-0 z-50 flex animate-[slide_160ms_ease-out] flex-col gap-4 overflow-y-auto border-l border-rule bg-raised p-5 shadow-xl',
            wide ? 'w-[min(56rem,100vw)]' : 'w-[min(30rem,100vw)]',
          )}
        >
          <Heading title={title} description={description} />
          {children}
        </Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

/** Mounted only while it is open, so that it knows what was used last before. */
function Content({
  description,
  className,
  children,
}: Pick<Props, 'description' | 'children'> & { readonly className: string }) {
  return (
    <Radix.Content
      {...(description === undefined && { 'aria-describedby': undefined })}
      {...useDialogFocus()}
      className={className}
    >
      {children}
    </Radix.Content>
  )
}

function Heading({ title, description }: { readonly title: string; readonly description?: ReactNode }) {
  return (
    <header className="flex items-start justify-between gap-4">
      <div className="min-w-0">
        <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
        {description !== undefined && (
          <Radix.Description asChild>
            <div className="mt-1 text-soft">{description}</div>
          </Radix.Description>
        )}
      </div>
      <Radix.Close asChild>
        <IconButton label={t('common.close')} icon={X} className="-mt-1 -mr-1" />
      </Radix.Close>
    </header>
  )
}

/** The row of buttons at the end of a dialog or form. */
export function Buttons({ children }: { readonly children: ReactNode }) {
  return (
    <div data-buttons className="flex flex-wrap justify-end gap-2 pt-1">
      {children}
    </div>
  )
}

/**
 * Asks before anything irreversible. It names the object, says what is affected, and stays open with the reason when the
 * server refuses. What depends on an answer that is not there yet cannot be confirmed unseen.
 */
export function ConfirmDialog({
  open,
  onOpenChange,
  title,
  affects,
  asked,
  confirm,
  danger = true,
  onConfirm,
}: {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly title: string
  readonly affects: ReactNode
  /** What `affects` is told from. */
  readonly asked?: Pick<UseQueryResult, 'data' | 'error' | 'isError' | 'refetch'>
  readonly confirm: string
  readonly danger?: boolean
  readonly onConfirm: () => Promise<unknown>
}) {
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string>()
  const isKnown = asked === undefined || asked.data !== undefined
  const description = isKnown ? (
    affects
  ) : asked.isError ? (
    <Failure error={asked.error} onRetry={() => void asked.refetch()} />
  ) : (
    t('common.loading')
  )
  const run = async () => {
    setBusy(true)
    setFailure(undefined)
    try {
      await onConfirm()
      onOpenChange(false)
    } catch (error) {
      setFailure(reasonOf(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={title} description={description}>
      {failure !== undefined && (
        <p role="alert" className="text-bad">
          {failure}
        </p>
      )}
      <Buttons>
        <Button onClick={() => onOpenChange(false)}>{t('common.cancel')}</Button>
        <Button kind={danger ? 'danger' : 'primary'} busy={busy} disabled={!isKnown} onClick={() => void run()}>
          {confirm}
        </Button>
      </Buttons>
    </Dialog>
  )
}
