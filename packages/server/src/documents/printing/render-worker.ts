import { parentPort } from 'node:worker_threads'
import type { PrintedDocument } from './printed-document.ts'
import { type PdfOptions, typeset } from './typeset.ts'

/** The thread that typesets: what it is asked for, and what it answers with. */
export interface RenderRequest {
  readonly id: number
  readonly document: PrintedDocument
  readonly options: PdfOptions
}
export type RenderAnswer =
  | { readonly id: number; readonly pdf: Uint8Array }
  | { readonly id: number; readonly error: string }

parentPort?.on('message', ({ id, document, options }: RenderRequest) => {
  const answer = (message: RenderAnswer) => parentPort?.postMessage(message)
  typeset(document, options).then(
    pdf => answer({ id, pdf }),
    (error: unknown) => answer({ id, error: String(error) }),
  )
})
