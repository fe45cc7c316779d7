import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { PrintedDocument } from './printed-document.ts'

const TEMPLATES = join(import.meta.dirname, '../templates')
const FONTS = ['inter', 'noto-sans-arabic', 'sawarabi-gothic', 'chocolate-classical-sans']
const WEIGHTS = ['400Regular', '600SemiBold']
/** Results of the compiler that no document used for as many documents are forgotten. */
const REMEMBERED_DOCUMENTS = 10

/**
 * Prints a document as a PDF that says it was made at a time. The compiler is loaded by the first one, so that a server
 * starts without it.
 */
export async function renderPdf(document: PrintedDocument, createdAt: Temporal.Instant): Promise<Buffer> {
  const { compiler, template } = await compilerOnce()
  const compiled = compiler.compile({ mainFileContent: template, inputs: { document: JSON.stringify(document) } })
  if (compiled.result === null) {
    throw new Error(`a document could not be laid out: ${JSON.stringify(compiled.takeError()?.shortDiagnostics)}`)
  }
  const pdf = compiler.pdf(compiled.result, { creationTimestamp: Math.floor(createdAt.epochMilliseconds / 1000) })
  compiler.evictCache(REMEMBERED_DOCUMENTS)
  return pdf
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
