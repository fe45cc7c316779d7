/** An element: its name, with attributes after it, and what is in it. Children that are undefined are left out. */
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly content: string | readonly Element[]
}

type Child = Element | undefined | readonly (Element | undefined)[]

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Undefined where the text is missing or blank: standards forbid empty elements. */
export function text(
  name: string,
  content: string | null | undefined,
  attributes: Readonly<Record<string, string>> = {},
): Element | undefined {
  return content === null || content === undefined || content.trim() === '' ? undefined : { name, attributes, content }
}

export function group(name: string, ...children: readonly Child[]): Element | undefined {
  const content = children.flat().filter(child => child !== undefined)
  return content.length === 0 ? undefined : { name, attributes: {}, content }
}

/** The document with its declaration; characters that XML has no place for are dropped. */
export function writeXml(root: Element): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${write(root, '')}\n`
}

function write({ name, attributes, content }: Element, indent: string): string {
  const given = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`)
  const open = `${indent}<${name}${given.join('')}>`
  if (typeof content === 'string') return `${open}${escaped(content)}</${name}>`
  return `${open}\n${content.map(child => write(child, `${indent}  `)).join('\n')}\n${indent}</${name}>`
}

const NOT_IN_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

function escaped(text: string): string {
  return text.replace(NOT_IN_XML, '').replace(/[&<>"]/g, found => ESCAPES[found] ?? '')
}
