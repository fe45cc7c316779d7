import { EVENTS_ARRIVED } from '../events/index.ts'
import type { Domain, Reaction } from '../platform/module.ts'
import { processSubscriptionActivity } from './activity/clock.ts'
import { processActivityOfSubscription } from './activity/process.ts'
import { onEventsArrived } from './activity/record.ts'
import { deleteAlertsOfMetric, onBillableMetricDeleted } from './alerts/forget-metric.ts'
import { evaluateLifetimeUnits } from './alerts/lifetime-units.ts'
import { alertRoutes } from './alerts/routes.ts'
import { webhooks } from './alerts/webhooks.ts'
import { computeDailyUsageOfSubscriptions, computeDailyUsages } from './daily-usage/clock.ts'
import { keepDailyUsagesOfInvoices, onSubscriptionInvoice } from './daily-usage/from-invoices.ts'
import { dailyUsageRoutes } from './daily-usage/routes.ts'
import { refreshLifetimeUsage, refreshLifetimeUsageOfSubscription } from './lifetime-usage/clock.ts'
import { flagTasks, onInvoiceChanged, onSubscriptionActivated, onThresholdsChanged } from './lifetime-usage/flag.ts'
import { lifetimeUsageRoutes } from './lifetime-usage/routes.ts'
import {
  onEventsForWallets,
  onInvoiceForWallets,
  walletClockTasks,
  walletReactions,
  walletTasks,
} from './wallets/clock.ts'

const onEvents: Reaction = async (tx, events) => {
  await onEventsArrived(tx, events)
  await onEventsForWallets(tx, events)
}

const onInvoiceSeen: Reaction = async (tx, events) => {
  await onInvoiceChanged(tx, events)
  await onInvoiceForWallets(tx, events)
}

const onInvoiceMade: Reaction = async (tx, events) => {
  await onInvoiceForWallets(tx, events)
  await onInvoiceChanged(tx, events)
  await onSubscriptionInvoice(tx, events)
}

/** Watches usage grow: alerts, lifetimes and their thresholds, and its history by day. */
export const monitoring: Domain = {
  routes(api) {
    alertRoutes(api)
    lifetimeUsageRoutes(api)
    dailyUsageRoutes(api)
  },
  tasks: [
    processActivityOfSubscription,
    evaluateLifetimeUnits,
    deleteAlertsOfMetric,
    refreshLifetimeUsageOfSubscription,
    ...flagTasks,
    computeDailyUsageOfSubscriptions,
    keepDailyUsagesOfInvoices,
    ...walletTasks,
  ],
  clockTasks: [processSubscriptionActivity, refreshLifetimeUsage, computeDailyUsages, ...walletClockTasks],
  reactions: {
    [EVENTS_ARRIVED]: onEvents,
    'billable_metric.deleted': onBillableMetricDeleted,
    'subscription.activated': onSubscriptionActivated,
    'subscription.replaced': onSubscriptionActivated,
    'invoice.created': onInvoiceMade,
    'invoice.drafted': onInvoiceMade,
    'invoice.refreshed': onInvoiceSeen,
    'invoice.voided': onInvoiceSeen,
    'usage_thresholds.changed': onThresholdsChanged,
    ...walletReactions,
  },
  webhooks,
}
