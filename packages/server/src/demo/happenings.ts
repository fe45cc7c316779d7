import type { Teller } from './teller.ts'

/** Something that happens on a day besides sign-ups, usage, bills and payments. */
export interface Happening {
  readonly on: string
  /** Customers without whom it does not happen: a shorter story has fewer. */
  readonly who: readonly string[]
  /** What it is, for whoever waits. */
  readonly tells: string
  readonly happens: (story: Teller) => Promise<unknown>
}

/** The clock stops on these days, and at the end; in between, everything falls due by itself. */
// biome-ignore format: one happening a line
export const HAPPENINGS: readonly Happening[] = [
  { on: '2025-01-22', who: ['halvorsen'], tells: 'Halvorsen Bank adds a staging environment', happens: story => story.addSubscription('halvorsen', 'staging', 'Staging', 'build', 0.04) },
  { on: '2025-01-22', who: ['inkwell'], tells: 'Inkwell Studio pays ahead', happens: story => story.openWallet('inkwell', 'Prepaid credits', { paid_credits: '300', recurring_transaction_rules: [{ trigger: 'threshold', threshold_credits: '80', paid_credits: '300' }] }) },
  { on: '2025-02-20', who: ['kitayama'], tells: 'Kitayama Motors is introduced', happens: story => story.bill('kitayama', [{ add_on_code: 'onboarding' }]) },
  { on: '2025-02-20', who: ['pennyfarthing'], tells: 'Pennyfarthing gets credits to try', happens: story => story.openWallet('pennyfarthing', 'Trial credits', { granted_credits: '100', expiration_at: '2025-08-31T23:59:59Z' }) },
  { on: '2025-02-20', who: ['saffron'], tells: 'Saffron Foods pays ahead', happens: story => story.openWallet('saffron', 'Prepaid credits', { paid_credits: '500', granted_credits: '50', recurring_transaction_rules: [{ trigger: 'threshold', threshold_credits: '120', paid_credits: '500' }] }) },
  { on: '2025-03-12', who: ['cobalt'], tells: 'Cobalt Security orders a model of its own', happens: story => story.bill('cobalt', [{ add_on_code: 'custom_model' }, { add_on_code: 'onboarding' }]) },
  { on: '2025-03-12', who: [], tells: 'Overdue invoices are asked for', happens: story => story.startDunning() },
  { on: '2025-03-12', who: ['saffron'], tells: 'An invoice to Saffron Foods is voided', happens: story => story.billByMistake('saffron', [{ add_on_code: 'onboarding' }]) },
  { on: '2025-03-12', who: ['bramble'], tells: 'The card of Bramble & Co is refused from now on', happens: story => story.saveCard('bramble', 'pm_card_chargeDeclined') },
  { on: '2025-04-09', who: ['orchard'], tells: 'Orchard Legal is introduced', happens: story => story.bill('orchard', [{ add_on_code: 'onboarding' }]) },
  { on: '2025-04-09', who: ['quillwork'], tells: 'Quillwork moves up to Team', happens: story => story.changePlan('quillwork', 'team') },
  { on: '2025-04-09', who: ['brightledger'], tells: 'Brightledger is credited for a bad afternoon', happens: story => story.credit('brightledger', { reason: 'product_unsatisfactory', description: 'Errors on 27 March, 14:00 to 17:20 UTC', share: 0.15 }) },
  { on: '2025-05-08', who: ['hollow'], tells: 'Hollow Pine Games pays ahead', happens: story => story.openWallet('hollow', 'Prepaid credits', { paid_credits: '600' }) },
  { on: '2025-05-08', who: ['meridian'], tells: 'Meridian Health is introduced', happens: story => story.bill('meridian', [{ add_on_code: 'onboarding', units: '3' }]) },
  { on: '2025-06-12', who: ['fieldnote'], tells: 'Fieldnote moves up to Scale', happens: story => story.changePlan('fieldnote', 'scale') },
  { on: '2025-06-12', who: ['bramble'], tells: 'Bramble & Co leaves', happens: story => story.end('bramble') },
  { on: '2025-07-10', who: ['larkspur'], tells: 'Larkspur Education adds seats', happens: story => story.changeSeats('larkspur', 11) },
  { on: '2025-07-10', who: ['ostrava'], tells: 'Ostrava Data pays ahead every month', happens: story => story.openWallet('ostrava', 'Monthly budget', { paid_credits: '250', recurring_transaction_rules: [{ trigger: 'interval', interval: 'monthly', paid_credits: '250', granted_credits: '25' }] }) },
  { on: '2025-08-14', who: ['northpass'], tells: 'Northpass Insurance will step down to Team', happens: story => story.changePlan('northpass', 'team') },
  { on: '2025-09-11', who: ['tern'], tells: 'Tern Analytics moves up to Scale', happens: story => story.changePlan('tern', 'scale') },
  { on: '2025-09-11', who: ['sandpiper'], tells: 'The card of Sandpiper Travel is refused from now on', happens: story => story.saveCard('sandpiper', 'pm_card_chargeDeclined') },
  { on: '2025-09-11', who: ['papercut'], tells: 'The card of Papercut Labs has run out', happens: story => story.saveCard('papercut', 'pm_card_chargeDeclined') },
  { on: '2025-10-09', who: ['papercut'], tells: 'Papercut Labs pays with a new card', happens: story => story.saveCard('papercut', 'pm_card_mastercard') },
  { on: '2025-10-09', who: ['hemlock'], tells: 'Hemlock Security moves up to Team', happens: story => story.changePlan('hemlock', 'team') },
  { on: '2025-10-09', who: ['cobalt'], tells: 'Cobalt Security gets money back', happens: story => story.refund('cobalt', { reason: 'duplicated_charge', description: 'Fine-tuning that was started twice', share: 0.08 }) },
  { on: '2025-11-13', who: ['meridian'], tells: 'Meridian Health orders a model of its own', happens: story => story.bill('meridian', [{ add_on_code: 'custom_model' }]) },
  { on: '2025-11-13', who: ['drift'], tells: 'Driftwood Press leaves', happens: story => story.end('drift') },
  { on: '2025-11-13', who: ['hollow'], tells: 'The card of Hollow Pine Games is refused from now on', happens: story => story.saveCard('hollow', 'pm_card_chargeDeclined') },
  { on: '2025-12-11', who: ['teatro'], tells: 'Teatro Nova leaves', happens: story => story.end('teatro') },
  { on: '2025-12-11', who: ['glasshouse'], tells: 'Glasshouse Media will step down to Build', happens: story => story.changePlan('glasshouse', 'build') },
  { on: '2025-12-11', who: ['orchard'], tells: 'Orchard Legal moves up to Scale', happens: story => story.changePlan('orchard', 'scale') },
  { on: '2025-12-11', who: [], tells: 'Budgets are watched', happens: story => story.watchBudgets() },
  { on: '2026-01-07', who: ['vantage'], tells: 'Vantage Claims plans a second region', happens: story => story.addSubscription('vantage', 'apac', 'Asia Pacific', 'team', 0.2, { subscription_at: '2026-02-01T00:00:00Z' }) },
  { on: '2026-01-07', who: ['pampero'], tells: 'Pampero Viajes gives notice', happens: story => story.giveNotice('pampero', '2026-03-31T22:00:00Z') },
  { on: '2026-01-07', who: ['parallax'], tells: 'Parallax Robotics will step down to Build', happens: story => story.changePlan('parallax', 'build') },
  { on: '2026-01-07', who: ['kestrel'], tells: 'Kestrel Aerospace is introduced', happens: story => story.bill('kestrel', [{ add_on_code: 'onboarding' }]) },
]

export const BEGIN = '2025-01-01T08:00:00Z'
export const END = '2026-01-14T15:00:00Z'
