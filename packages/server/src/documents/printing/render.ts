import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { PrintedDocument } from './printed-document.ts'

const TEMPLATES = join(import.meta.dirname, '../templates')
const FONTS = ['inter', 'noto-sans-arabic', 'chocolate-classical-sans']
const WEIGHTS = ['400Regular', '600SemiBold']
/** Results of the compiler that no document used for as many documents are forgotten. */
const REMEMBERED_DOCUMENTS = 10

export interface RenderOptions {
  /** The time the document says it was made at. */
  readonly createdAt: Temporal.Instant
  /** An e-invoice that programs read: it becomes a part of the PDF, which then is a PDF/A-3. */
  readonly attachment?: string
}

/** Prints a document as a PDF. The compiler is loaded by the first one, so that a server starts without it. */
export async function renderPdf(document: PrintedDocument, { createdAt, attachment }: RenderOptions): Promise<Buffer> {
  const { compiler, template } = await compilerOnce()
  const { result: compiled, ...outcome } = resultOf(
    compiler.compile({
      mainFileContent: template,
      inputs: { document: JSON.stringify(document), ...(attachment !== undefined && { attachment }) },
    }),
  )
  if (compiled === null) throw new Error(`a document could not be laid out: ${outcome.problem}`)
  const creationTimestamp = Math.floor(createdAt.epochMilliseconds / 1000)
  const pdf = () => compiler.pdf(compiled, { creationTimestamp })
  try {
    return attachment === undefined ? pdf() : compiler.pdf(compiled, { creationTimestamp, pdfStandard: 'a-3b' })
  } catch (error) {
    // A character that no font has may not be in a PDF/A: the document is still worth more than none.
    if (attachment === undefined) throw error
    return pdf()
  } finally {
    compiler.evictCache(REMEMBERED_DOCUMENTS)
  }
}

let loading: ReturnType<typeof load> | undefined

function compilerOnce(): ReturnType<typeof load> {
  loading ??= load()
  return loading
}

async function load() {
  const { NodeCompiler } = await import('@myriaddreamin/typst-ts-node-compiler')
  const { resolve } = createRequire(import.meta.url)
  const folders = FONTS.map(font => dirname(resolve(`@expo-google-fonts/${font}/package.json`)))
  const fontPaths = folders.flatMap(folder => WEIGHTS.map(weight => join(folder, weight)))
  return {
    compiler: NodeCompiler.create({ workspace: TEMPLATES, fontArgs: [{ fontPaths }] }),
    template: await readFile(join(TEMPLATES, 'document.typ'), 'utf8'),
  }
}

type Compiled = ReturnType<InstanceType<typeof import('@myriaddreamin/typst-ts-node-compiler').NodeCompiler>['compile']>

function resultOf(compiled: Compiled) {
  const { result } = compiled
  return { result, problem: result === null ? JSON.stringify(compiled.takeError()?.shortDiagnostics) : undefined }
}
