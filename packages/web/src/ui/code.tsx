import { CopyButton } from './copy.tsx'

/** Text for machines, with a button that copies it. */
export function Code({ children, label }: { readonly children: string; readonly label: string }) {
  return (
    <div className="group relative min-w-0">
      {/* A region, so that what scrolls sideways is reached by the keyboard. */}
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
        tabIndex={0}
        aria-label={label}
        className="overflow-x-auto rounded-md border border-rule bg-sunk px-3 py-2.5 pr-10"
      >
        <pre className="font-mono text-xs leading-5">{children}</pre>
      </section>
      <CopyButton text={children} className="absolute top-1.5 right-1.5" />
    </div>
  )
}

/** A short piece of it within a sentence or a cell. */
export function InlineCode({ children }: { readonly children: string }) {
  return <code className="font-mono text-[0.92em] break-all">{children}</code>
}
