import { t } from '../../messages/index.ts'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { documentAddress } from './document-address.ts'

/** A printed document beside the data. */
export function Pdf({ title, fileUrl }: { readonly title: string; readonly fileUrl: string | null }) {
  if (fileUrl === null) return <SkeletonLines lines={8} />
  const address = documentAddress(fileUrl)
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <iframe title={title} src={address} className="h-[80vh] w-full border border-rule bg-sunk" />
      <a href={address} target="_blank" rel="noreferrer" className="text-accent hover:underline">
        {t('invoice.open_pdf')}
      </a>
    </div>
  )
}
