import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler'
import { declareFacturX } from './factur-x.ts'
import { laidOut } from './layout.ts'
import type { PrintedDocument } from './printed-document.ts'

const TEMPLATES = join(import.meta.dirname, '../templates')
const FONTS = ['inter', 'noto-sans-arabic', 'sawarabi-gothic', 'chocolate-classical-sans']
const WEIGHTS = ['400Regular', '600SemiBold']
/** Results of the compiler that no document used for as many documents are forgotten. */
const REMEMBERED_DOCUMENTS = 10
/** For archives: a file that needs nothing else to look the same for ever, and may have files attached. */
const ARCHIVE = 'a-3b'
/** What a character without a glyph looks like. */
const BOX = '\u25a1'
/** As the compiler tells them, in a text within a text. */
const MISSING_GLYPHS = /the text `\\*"(.*?)\\*"` could not be displayed/gsu

/** What goes into the file beside the document itself. */
export interface PdfOptions {
  readonly createdAt: Temporal.Instant
  /** The same as a Cross Industry Invoice, which programs read. */
  readonly cii?: string
}

/**
 * Prints a document as a PDF/A-3b. The compiler is loaded by the first one, so that a server starts without it. A character
 * that no font has becomes a box; a logo that cannot be drawn is left out.
 */
export async function renderPdf(document: PrintedDocument, options: PdfOptions): Promise<Buffer> {
  const printer = await printerOnce()
  const { logo, ...content } = document
  const withLogo = (picture: object | null) => JSON.stringify({ ...content, logo: picture, blocks: laidOut(document) })
  const path = logo && `logo.${logo.type}`
  try {
    if (logo === null || path === null) return print(printer, withLogo(null), options)
    printer.compiler.mapShadow(join(TEMPLATES, path), Buffer.from(logo.bytes))
    try {
      return print(printer, withLogo({ path, ratio: logo.ratio }), options)
    } catch {
      return print(printer, withLogo(null), options)
    } finally {
      printer.compiler.unmapShadow(join(TEMPLATES, path))
    }
  } finally {
    printer.compiler.evictCache(REMEMBERED_DOCUMENTS)
  }
}

interface Printer {
  readonly compiler: NodeCompiler
  readonly template: string
}

/** What no font can show is found out by printing: then it is printed once more with boxes. */
function print({ compiler, template }: Printer, document: string, { createdAt, cii }: PdfOptions): Buffer {
  const creationTimestamp = Math.floor(createdAt.epochMilliseconds / 1000)
  const printed = (text: string) => {
    const { result, error } = compiled(compiler, {
      mainFileContent: template,
      inputs: { document: text, cii: cii ?? '' },
    })
    if (result === null) throw new Error(`a document could not be laid out: ${JSON.stringify(error)}`)
    return compiler.pdf(result, { creationTimestamp, pdfStandard: ARCHIVE })
  }
  const pdf = withBoxes(document, printed)
  return cii === undefined ? pdf : declareFacturX(pdf)
}

function compiled(compiler: NodeCompiler, options: Parameters<NodeCompiler['compile']>[0]) {
  const outcome = compiler.compile(options)
  return { result: outcome.result, error: outcome.result === null ? outcome.takeError()?.shortDiagnostics : undefined }
}

function withBoxes(document: string, printed: (text: string) => Buffer): Buffer {
  try {
    return printed(document)
  } catch (error) {
    const missing = [...String(error).matchAll(MISSING_GLYPHS)].flatMap(([, text = '']) => [...text])
    if (missing.length === 0) throw error
    const unknown = new Set(missing)
    return printed([...document].map(character => (unknown.has(character) ? BOX : character)).join(''))
  }
}

let loading: Promise<Printer> | undefined

function printerOnce(): Promise<Printer> {
  loading ??= load()
  return loading
}

async function load(): Promise<Printer> {
  const { NodeCompiler } = await import('@myriaddreamin/typst-ts-node-compiler')
  const { resolve } = createRequire(import.meta.url)
  const folders = FONTS.map(font => dirname(resolve(`@expo-google-fonts/${font}/package.json`)))
  const fontPaths = folders.flatMap(folder => WEIGHTS.map(weight => join(folder, weight)))
  return {
    compiler: NodeCompiler.create({ workspace: TEMPLATES, fontArgs: [{ fontPaths }] }),
    template: await readFile(join(TEMPLATES, 'document.typ'), 'utf8'),
  }
}
