/** A text, or one text a plural category of its `count`: `{ one: '{count} invoice', other: '{count} invoices' }`. */
export type Message = string | { readonly one: string; readonly other: string }

type Names<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never
type TextsOf<M> = M extends string ? M : M extends { other: infer Other extends string } ? Other | 'x{count}' : never

/** The placeholders of a message, each with a value. */
export type Values<M> = Names<TextsOf<M>> extends never ? [] : [values: Record<Names<TextsOf<M>>, string | number>]

const LOCALE = 'en-US'
const plurals = new Intl.PluralRules(LOCALE)
const numbers = new Intl.NumberFormat(LOCALE)

/** Fills a message's placeholders; numbers are grouped, and `count` chooses the plural. */
export function fill(message: Message, values: Readonly<Record<string, string | number>> = {}): string {
  const count = values.count
  const text =
    typeof message === 'string'
      ? message
      : message[plurals.select(typeof count === 'number' ? count : 0) === 'one' ? 'one' : 'other']
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name]
    if (value === undefined) return whole
    return typeof value === 'number' ? numbers.format(value) : value
  })
}
