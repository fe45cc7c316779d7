import type { BillingEntity, FullCustomer } from '../../api/customers.ts'
import { formatRate } from '../../format/numbers.ts'
import { languageName } from '../../format/places.ts'
import { type PlainKey, t, tWord } from '../../messages/index.ts'

/** How a setting is changed: a choice of a few, a number of days, or a list of codes. */
export type SettingControl =
  | { readonly kind: 'choice'; readonly options: readonly (readonly [value: string, label: string])[] }
  | { readonly kind: 'days' }
  | { readonly kind: 'taxes' }
  | { readonly kind: 'sections' }

export interface Setting {
  readonly key: string
  readonly label: PlainKey
  readonly hint?: PlainKey
  readonly control: SettingControl
  /** What the billing entity says, in words. */
  readonly inherited: string
  /** What the customer says, in words; null where it says nothing. */
  readonly own: string | null
  /** The customer's own value, or the inherited one to begin with; codes are joined by commas. */
  readonly value: string
  /** What is sent to set it, and with null to inherit it again. */
  readonly body: (value: string | null) => Readonly<Record<string, unknown>>
}

const LANGUAGES = ['en', 'fr', 'nb', 'de', 'it', 'es', 'sv', 'pt-BR', 'zh-TW']
const ANCHORS = ['next_period_start', 'current_period_end']
const ADJUSTMENTS = ['align_with_finalization_date', 'keep_anchor']

/** All settings that a customer inherits from its billing entity, as they stand. */
export function settingsOf(customer: FullCustomer, entity: BillingEntity): Setting[] {
  const own = customer.billing_configuration
  const days = (count: number) => t('customer.info.days', { count })
  const ofDays = (key: 'invoice_grace_period' | 'net_payment_term', held: number | null) => ({
    control: { kind: 'days' } as const,
    inherited: days(entity[key]),
    own: held === null ? null : days(held),
    value: String(held ?? entity[key]),
  })
  const ofWords = (
    words: readonly string[],
    present: (word: string) => string,
    inherited: string,
    held: string | null,
  ) => ({
    control: { kind: 'choice', options: words.map(word => [word, present(word)] as const) } as const,
    inherited: present(inherited),
    own: held === null ? null : present(held),
    value: held ?? inherited,
  })
  const configure = (key: string, read: (value: string) => unknown) => (value: string | null) => ({
    billing_configuration: { [key]: value === null ? null : read(value) },
  })
  const asIs = (value: string) => value
  const zero = customer.finalize_zero_amount_invoice
  return [
    {
      key: 'document_locale',
      label: 'setting.locale',
      ...ofWords(LANGUAGES, languageName, entity.document_locale, own.document_locale),
      body: configure('document_locale', asIs),
    },
    {
      key: 'invoice_grace_period',
      label: 'setting.grace',
      hint: 'setting.grace_hint',
      ...ofDays('invoice_grace_period', own.invoice_grace_period),
      body: configure('invoice_grace_period', Number),
    },
    {
      key: 'net_payment_term',
      label: 'setting.term',
      hint: 'setting.term_hint',
      ...ofDays('net_payment_term', customer.net_payment_term),
      body: value => ({ net_payment_term: value === null ? null : Number(value) }),
    },
    {
      key: 'subscription_invoice_issuing_date_anchor',
      label: 'setting.anchor',
      ...ofWords(
        ANCHORS,
        word => tWord('anchor', word),
        entity.subscription_invoice_issuing_date_anchor,
        own.subscription_invoice_issuing_date_anchor,
      ),
      body: configure('subscription_invoice_issuing_date_anchor', asIs),
    },
    {
      key: 'subscription_invoice_issuing_date_adjustment',
      label: 'setting.adjustment',
      ...ofWords(
        ADJUSTMENTS,
        word => tWord('adjustment', word),
        entity.subscription_invoice_issuing_date_adjustment,
        own.subscription_invoice_issuing_date_adjustment,
      ),
      body: configure('subscription_invoice_issuing_date_adjustment', asIs),
    },
    {
      key: 'finalize_zero_amount_invoice',
      label: 'setting.zero',
      ...ofWords(
        ['finalize', 'skip'],
        word => tWord('zero_rule', word),
        entity.finalize_zero_amount_invoice ? 'finalize' : 'skip',
        zero === 'inherit' ? null : zero,
      ),
      body: value => ({ finalize_zero_amount_invoice: value ?? 'inherit' }),
    },
    taxes(customer, entity),
    sections(customer, entity),
  ]
}

function taxes(customer: FullCustomer, entity: BillingEntity): Setting {
  const inWords = (list: FullCustomer['taxes']) =>
    list.map(({ name, rate }) => `${name} ${formatRate(rate)}`).join(', ') || t('setting.taxes_none')
  return {
    key: 'taxes',
    label: 'setting.taxes',
    control: { kind: 'taxes' },
    inherited: inWords(entity.taxes ?? []),
    own: customer.taxes.length === 0 ? null : inWords(customer.taxes),
    value: customer.taxes.map(tax => tax.code).join(),
    body: value => ({ tax_codes: codesOf(value) }),
  }
}

function sections(customer: FullCustomer, entity: BillingEntity): Setting {
  const inherited = entity.selected_invoice_custom_sections ?? []
  const applied = customer.applicable_invoice_custom_sections
  const inWords = (list: typeof applied) => list.map(({ name }) => name).join(', ') || t('setting.sections_none')
  const codes = (list: typeof applied) => list.map(({ code }) => code).join()
  // The API gives what applies, not where it comes from: the same ones are inherited.
  const isOwn = customer.skip_invoice_custom_sections || codes(applied) !== codes(inherited)
  return {
    key: 'sections',
    label: 'setting.sections',
    control: { kind: 'sections' },
    inherited: inWords(inherited),
    own: isOwn ? inWords(applied) : null,
    value: codes(applied),
    body(value) {
      const chosen = codesOf(value)
      if (value !== null && chosen.length === 0) return { skip_invoice_custom_sections: true }
      return { invoice_custom_section_codes: chosen }
    },
  }
}

export function codesOf(value: string | null): string[] {
  return (value ?? '').split(',').filter(code => code !== '')
}
