import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { PrintedDocument } from './printed-document.ts'
import type { RenderAnswer, RenderRequest } from './render-worker.ts'

interface Waiting {
  resolve(pdf: Uint8Array): void
  reject(error: Error): void
}

/** A thread that typesets, and who waits for it. */
interface Typesetter {
  readonly worker: Worker
  readonly waiting: Map<number, Waiting>
}

let typesetter: Typesetter | undefined
let lastId = 0

/**
 * Prints a document as a PDF that says it was made at a time.
 *
 * Typesetting is work of milliseconds that cannot be interrupted. It has a thread of its own, so that neither requests nor
 * billing wait for it. The thread is started by the first document, and again should it die; it keeps no process alive.
 *
 * @param cii the same as a Cross Industry Invoice, to be attached
 */
export function renderPdf(
  document: PrintedDocument,
  { createdAt, cii }: { readonly createdAt: Temporal.Instant; readonly cii?: string },
): Promise<Uint8Array> {
  typesetter ??= startTypesetter()
  const { worker, waiting } = typesetter
  lastId += 1
  const options = { createdAt: Math.floor(createdAt.epochMilliseconds / 1000), cii }
  const request: RenderRequest = { id: lastId, document, options }
  return new Promise((resolve, reject) => {
    waiting.set(request.id, { resolve, reject })
    worker.postMessage(request)
  })
}

function startTypesetter(): Typesetter {
  // Options of the process may belong to a tool that runs it, as tests do.
  const worker = new Worker(join(import.meta.dirname, 'render-worker.ts'), { execArgv: [] })
  const waiting = new Map<number, Waiting>()
  const own = { worker, waiting }
  worker.on('message', (answer: RenderAnswer) => {
    const asked = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('pdf' in answer) asked?.resolve(answer.pdf)
    else asked?.reject(new Error(answer.error))
  })
  const end = (error: Error) => {
    if (typesetter === own) typesetter = undefined
    for (const asked of waiting.values()) asked.reject(error)
    waiting.clear()
  }
  worker.on('error', end)
  worker.on('exit', code => end(new Error(`the typesetter ended with ${code}`)))
  worker.unref()
  return own
}
