import { en } from './en.ts'
import { fill, type Message, type Values } from './translate.ts'

export type MessageKey = keyof typeof en

/** The keys of messages that need no values. */
export type PlainKey = { [K in MessageKey]: Values<(typeof en)[K]> extends [] ? K : never }[MessageKey]

/**
 * The text of a message in the user's language.
 *
 * @example t('invoices.count', { count: 3 }) // '3 invoices'
 */
export function t<K extends MessageKey>(key: K, ...values: Values<(typeof en)[K]>): string {
  return fill(en[key] as Message, values[0])
}

/** The text of a message whose key is made from what the API says, e.g. a status; the word itself when there is none. */
export function tWord(prefix: string, word: string): string {
  const message: Message | undefined = (en as Record<string, Message>)[`${prefix}.${word}`]
  return message === undefined ? word.replaceAll('_', ' ') : fill(message)
}
