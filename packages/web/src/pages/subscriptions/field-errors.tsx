import { tWord } from '../../messages/index.ts'

/** What is wrong with several fields together. */
export function FieldErrors({ codes }: { readonly codes: readonly string[] }) {
  if (codes.length === 0) return null
  return (
    <p role="alert" className="text-sm text-bad">
      {codes.map(code => tWord('code', code)).join('. ')}
    </p>
  )
}
