import { t } from '../messages/index.ts'

/** The product's mark: water falling over a sill. */
export function Mark() {
  return (
    <span className="flex items-center gap-2 font-semibold tracking-tight">
      <svg viewBox="0 0 32 32" className="size-6" aria-hidden="true">
        <rect width="32" height="32" rx="7" className="fill-accent" />
        <path
          d="M5 12h22M5 12v4c3 0 3 2 5.500 2s3-2 5.500-2 3 2 5.500 2 3-2 5.500-2v-4M7 23c2.500 0 2.500 1.800 4.800 1.800S14.500 23 17 23s2.500 1.800 4.800 1.800S24 23 26 23"
          fill="none"
          strokeWidth="2"
          strokeLinecap="round"
          strokeLinejoin="round"
          className="stroke-accent-ink"
        />
      </svg>
      {t('brand.name')}
    </span>
  )
}
