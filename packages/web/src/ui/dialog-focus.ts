import { useState } from 'react'

const FIELDS = ['input', 'select', 'textarea', '[aria-haspopup="dialog"]']
  .map(field => `${field}:not(:disabled, [type="hidden"])`)
  .join(', ')

/**
 * Where the focus goes as a dialog opens and closes. On opening it goes to the first field, else to the first of the buttons
 * at the end, which is the one that changes nothing; on closing, back to what opened the dialog.
 */
export function useDialogFocus() {
  // Read before the dialog is there: a field that takes the focus by itself does so before anything is told.
  const [opener] = useState(openerOf)
  return {
    onOpenAutoFocus: (event: Event) => {
      const first = firstOf(event.currentTarget as HTMLElement)
      if (first === undefined) return
      event.preventDefault()
      first.focus({ preventScroll: true })
    },
    onCloseAutoFocus: (event: Event) => {
      if (opener?.isConnected !== true) return
      event.preventDefault()
      opener.focus({ preventScroll: true })
    },
  }
}

/** What has the focus; where that is in a menu, what opened the menu, which is gone when the dialog closes. */
function openerOf(): HTMLElement | undefined {
  const active = document.activeElement
  const menu = active?.closest('[role="menu"]')
  const opener = menu ? document.getElementById(menu.getAttribute('aria-labelledby') ?? '') : active
  return opener instanceof HTMLElement && opener !== document.body ? opener : undefined
}

function firstOf(content: HTMLElement): HTMLElement | undefined {
  const field = content.querySelector<HTMLElement>(FIELDS)
  if (field instanceof HTMLInputElement && field.type === 'radio') {
    const chosen = content.querySelector<HTMLElement>(`input[name="${CSS.escape(field.name)}"]:checked`)
    return chosen ?? field
  }
  return field ?? content.querySelector<HTMLElement>('[data-buttons] button') ?? undefined
}
