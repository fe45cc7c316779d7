import { Tooltip as Radix } from 'radix-ui'
import type { ReactNode } from 'react'

/** A hint at what is pointed at or focused. Never the only place where something is said. */
export function Hint({ text, children }: { readonly text: ReactNode; readonly children: ReactNode }) {
  return (
    <Radix.Provider delayDuration={250}>
      <Radix.Root>
        <Radix.Trigger asChild>{children}</Radix.Trigger>
        <Radix.Portal>
          <Radix.Content
            sideOffset={5}
            className="z-60 max-w-80 rounded-md border border-rule bg-ink px-2.5 py-1.5 text-sm text-paper shadow-lg"
          >
            {text}
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
    </Radix.Provider>
  )
}
