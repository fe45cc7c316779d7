import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { t } from '../messages/index.ts'
import { cx } from './classes.ts'

const SHOWN_MS = 1500

export function CopyButton({
  text,
  label = t('common.copy'),
  className,
}: {
  readonly text: string
  readonly label?: string
  readonly className?: string
}) {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), SHOWN_MS)
  }
  const Icon = copied ? Check : Copy
  return (
    <button
      type="button"
      onClick={() => void copy()}
      aria-label={copied ? t('common.copied') : label}
      title={copied ? t('common.copied') : label}
      className={cx(
        'inline-grid size-6 place-items-center rounded-sm text-faint hover:bg-rule hover:text-ink',
        className,
      )}
    >
      <Icon size={13} strokeWidth={1.75} aria-hidden />
    </button>
  )
}
