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
const ESCAPED = /\\+u\{([0-9a-f]+)\}/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g

/** What goes into the file beside the document itself. */
export interface PdfOptions {
  /** Seconds since 1970: when the file says it was made. */
  readonly createdAt: number
  /** The same as a Cross Industry Invoice, which programs read. */
  readonly cii?: string | undefined
}

/**
 * Prints a document as a PDF/A-3b. The compiler is loaded by the first one, and each keeps the thread busy. A character
 * that no font has becomes a box; a logo that cannot be drawn is left out.
 */
export async function typeset(document: PrintedDocument, options: PdfOptions): Promise<Buffer> {
  const printer = await printerOnce()
  const { logo, ...content } = document
  const withLogo = (picture: object | null) =>
    JSON.stringify({ ...content, logo: picture, blocks: laidOut(document) }, printable)
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

/**
 * What no font can show is found out by printing: then it is printed once more with boxes. Should an archive not take that
 * either, the file is an ordinary PDF.
 */
function print({ compiler, template }: Printer, document: string, { createdAt, cii }: PdfOptions): Buffer {
  const options = { creationTimestamp: createdAt }
  const compiled = (text: string) => {
    const outcome = compiler.compile({ mainFileContent: template, inputs: { document: text, cii: cii ?? '' } })
    if (outcome.result !== null) return outcome.result
    throw new Error(`a document could not be laid out: ${JSON.stringify(outcome.takeError()?.shortDiagnostics)}`)
  }
  const archived = (text: string) => compiler.pdf(compiled(text), { ...options, pdfStandard: ARCHIVE })
  const said = (pdf: Buffer) => (cii === undefined ? pdf : declareFacturX(pdf))
  try {
    return said(archived(document))
  } catch (error) {
    const boxed = withBoxes(document, String(error))
    try {
      return said(archived(boxed))
    } catch {
      return compiler.pdf(compiled(boxed), options)
    }
  }
}

/** A box for every character that the compiler complains of. All fonts have those of ASCII, which JSON is built of. */
function withBoxes(document: string, complaint: string): string {
  const texts = [...complaint.matchAll(MISSING_GLYPHS)].map(([, text = '']) =>
    text.replace(ESCAPED, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16))),
  )
  const missing = new Set(texts.flatMap(text => [...text]).filter(character => character > '\u007f'))
  return [...document].map(character => (missing.has(character) ? BOX : character)).join('')
}

/** Texts without what has no place on paper: control characters but for line feeds, and halves of characters. */
function printable(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed().replace(CONTROLS, '') : value
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
