/** A document as the template lays it out: every text is final, in the reader's language. */
export interface PrintedDocument {
  readonly locale: string
  readonly paper: 'a4' | 'us-letter'
  /** The picture of who issues it, beside the title. */
  readonly logo: Logo | null
  readonly title: string
  /** Pages are numbered with it: `{n}` and `{total}` are filled in by the template. */
  readonly page: string
  readonly number: string
  readonly facts: readonly Pair[]
  readonly metadata: readonly Pair[]
  readonly parties: readonly Party[]
  readonly amount: string
  readonly amountNote: string
  readonly blocks: readonly Block[]
  /** Paragraphs under the tables; the heading may be empty. */
  readonly notes: readonly Note[]
}

/** A PNG or a JPEG. */
export interface Logo {
  readonly bytes: Uint8Array
  readonly type: 'png' | 'jpg'
  /** How much wider it is than high. */
  readonly ratio: number
}

/** A label and what it says. */
export type Pair = readonly [label: string, value: string]

export interface Party {
  readonly label: string
  readonly name: string
  readonly lines: readonly string[]
}

export interface Note {
  readonly heading: string
  readonly text: string
}

export type Block = Table | Totals

export interface Table {
  readonly kind: 'table'
  /** Empty where the table needs none. */
  readonly heading: string
  readonly startsPage: boolean
  /** Tells more of what stands in the tables before. */
  readonly isBreakdown?: boolean
  /** The first is a text, the others are figures. */
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
}

export interface Row {
  /** A part of the price of the item above it, or what its parts come to. */
  readonly kind: 'item' | 'part' | 'sum'
  readonly cells: readonly string[]
  readonly notes: readonly string[]
}

export interface Totals {
  readonly kind: 'totals'
  readonly lines: readonly { readonly label: string; readonly value: string; readonly strong: boolean }[]
}
