import type { BillingEntity } from '../../accounts/index.ts'
import type { Customer, MetadataRow } from '../../customers/index.ts'
import type { Invoice } from '../../invoices/index.ts'
import type { PrintedTax } from '../load-invoice.ts'
import type { Locale } from './locales.ts'
import { customerDisplayName, issuingParty, isText, receivingParty } from './parties.ts'
import type { Logo, Note, Pair, PrintedDocument } from './printed-document.ts'
import type { Say } from './words.ts'

/** What decides about the frame of a document, whatever it tells. */
export interface Framed {
  readonly entity: BillingEntity
  readonly customer: Customer
  /** What is noted of the customer. */
  readonly metadata: readonly MetadataRow[]
  readonly invoice: Pick<Invoice, 'self_billed'>
  readonly logo: Logo | null
}

/** Countries that print on Letter. */
const LETTER_COUNTRIES: readonly string[] = [
  'CA',
  'CL',
  'CO',
  'CR',
  'DO',
  'GT',
  'MX',
  'PA',
  'PH',
  'PR',
  'SV',
  'US',
  'VE',
]

/** Language, paper, logo, metadata and the parties of a document. */
export function frameOf(
  { entity, customer, metadata, invoice, logo }: Framed,
  { receives, locale, say }: { receives: string; locale: Locale; say: Say },
): Pick<PrintedDocument, 'locale' | 'paper' | 'logo' | 'page' | 'metadata' | 'parties'> {
  const issuer = issuingParty(say('from'), entity, locale, say)
  const receiver = receivingParty(receives, customer, locale, say)
  const shown = metadata.filter(item => item.display_in_invoice)
  return {
    locale,
    paper: LETTER_COUNTRIES.includes(entity.country ?? '') ? 'us-letter' : 'a4',
    // The one who is billed writes a self-billed document, in the name of the one who delivers.
    logo: invoice.self_billed ? null : logo,
    parties: invoice.self_billed
      ? [
          { ...receiver, label: say('from') },
          { ...issuer, label: receives },
        ]
      : [issuer, receiver],
    page: say('page', { n: '{n}', total: '{total}' }),
    metadata: shown.map(({ key, value }): Pair => [key, value]),
  }
}

/** What the law or the issuer wants under a document. */
export function legalNotes(
  { entity, customer, invoice, taxes }: Framed & { readonly taxes: readonly Pick<PrintedTax, 'tax_code'>[] },
  say: Say,
): { mentions: Note[]; footer: Note[] } {
  const note = (text: string): Note => ({ heading: '', text })
  const has = (ending: string) => entity.eu_tax_management && taxes.some(tax => tax.tax_code.endsWith(ending))
  const footer = invoice.self_billed
    ? say('self_billing_notice', {
        client: entity.legal_name || entity.name,
        partner: customerDisplayName(customer),
      })
    : entity.invoice_footer
  return {
    mentions: [
      ...(has('tax_exempt') ? [note(say(entity.country === 'FR' ? 'tax_exempt_fr' : 'tax_exempt'))] : []),
      ...(has('reverse_charge') ? [note(say('reverse_charge'))] : []),
    ],
    footer: isText(footer) ? [note(footer)] : [],
  }
}
