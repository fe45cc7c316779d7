import { activity } from './en/activity.ts'
import { catalogue } from './en/catalogue.ts'
import { common } from './en/common.ts'
import { coupons } from './en/coupons.ts'
import { creditNotes } from './en/credit-notes.ts'
import { customerForm } from './en/customer-form.ts'
import { customerSettings } from './en/customer-settings.ts'
import { customers } from './en/customers.ts'
import { developers } from './en/developers.ts'
import { dataExports } from './en/exports.ts'
import { forms } from './en/forms.ts'
import { frame } from './en/frame.ts'
import { home } from './en/home.ts'
import { invoices } from './en/invoices.ts'
import { logs } from './en/logs.ts'
import { metrics } from './en/metrics.ts'
import { payments } from './en/payments.ts'
import { plans } from './en/plans.ts'
import { settings } from './en/settings.ts'
import { statuses } from './en/statuses.ts'
import { subscriptions } from './en/subscriptions.ts'
import { wallets } from './en/wallets.ts'
import { webhooks } from './en/webhooks.ts'

/** Every text of the console in English, one file an area. Another language is another object with the same keys. */
export const en = {
  ...common,
  ...forms,
  ...frame,
  ...statuses,
  ...activity,
  ...home,
  ...customers,
  ...subscriptions,
  ...customerForm,
  ...customerSettings,
  ...invoices,
  ...creditNotes,
  ...payments,
  ...dataExports,
  ...plans,
  ...metrics,
  ...catalogue,
  ...coupons,
  ...wallets,
  ...developers,
  ...webhooks,
  ...logs,
  ...settings,
} as const
