import { type MetricCode, MODELS, TOKEN_PRICES } from './catalogue.ts'
import type { DemoCustomer } from './customers.ts'
import { MEASURED, type PlanCode } from './plans.ts'
import { randomOf } from './random.ts'

export interface DemoEvent {
  readonly transaction_id: string
  readonly external_subscription_id: string
  readonly code: MetricCode
  /** Seconds. */
  readonly timestamp: number
  readonly properties: Readonly<Record<string, string | number>>
}

const DAYS_A_MONTH = 30.4
/** Images, agents and the like come beside the tokens: on these days of the week. */
const WEEKLY_ON: Readonly<Record<Exclude<MetricCode, 'tokens'>, number>> = {
  images: 2,
  agents: 1,
  vector_storage: 4,
  fine_tuning: 3,
}

/** Who used something: a subscription, and on which plan it is. */
export interface User {
  readonly customer: DemoCustomer
  readonly subscription: string
  readonly plan: PlanCode
  /** How much of what the customer usually spends; a test environment spends less. */
  readonly share: number
}

/**
 * What a subscription used on a day: the same whenever it is asked. Less on weekends, a little more every month, and never
 * quite the same twice.
 */
export function usageOfDay(user: User, day: Temporal.PlainDate): DemoEvent[] {
  const random = randomOf(`${user.subscription} ${day}`)
  const { customer } = user
  const months = Temporal.PlainDate.from(customer.since).until(day).days / DAYS_A_MONTH
  const isWeekend = day.dayOfWeek > 5
  const rhythm = (isWeekend ? 0.35 : 1.26) * (0.75 + random() * 0.5)
  const spends = (customer.spends / DAYS_A_MONTH) * user.share * rhythm * (1 + customer.grows) ** months
  const noon = day.toZonedDateTime({ timeZone: 'UTC', plainTime: '06:00' }).epochMilliseconds / 1000
  const events: DemoEvent[] = []
  const add = (code: MetricCode, part: string, properties: DemoEvent['properties']) =>
    events.push({
      transaction_id: `${user.subscription}-${day}-${part}`,
      external_subscription_id: user.subscription,
      code,
      timestamp: noon + Math.floor(random() * 14 * 3600),
      properties,
    })

  const model = pick(random(), customer.spends > 2_000 ? [0.25, 0.45, 0.3] : [0.4, 0.5, 0.1])
  for (const [direction, part] of [
    ['input', 0.45],
    ['output', 0.55],
  ] as const) {
    const thousands = Math.max(1, Math.round((spends * part * 1_000) / TOKEN_PRICES[model][direction]))
    add('tokens', direction, { model, direction, tokens: thousands * 1_000 })
  }
  const weekly = MEASURED[user.plan].filter(code => code !== 'tokens' && WEEKLY_ON[code] === day.dayOfWeek)
  const size = Math.sqrt(spends * DAYS_A_MONTH)
  for (const code of weekly) {
    if (code === 'images') {
      add(code, code, { count: Math.ceil(size * (2 + random() * 4)), size: random() < 0.7 ? 'standard' : 'large' })
    } else if (code === 'agents') {
      const agents = Math.ceil(size / 7)
      for (const place of [0, 1]) {
        add(code, `${code}-${place}`, { agent_id: `agent-${1 + Math.floor(random() * agents)}` })
      }
    } else if (code === 'vector_storage') {
      add(code, code, { gigabytes: Math.round(size * 4 + months * 12 + random() * 20) })
    } else if (random() < 0.5) {
      add(code, code, { hours: Math.round(size * (0.5 + random()) * 2) / 10 })
    }
  }
  return events
}

function pick(at: number, weights: readonly number[]): (typeof MODELS)[number] {
  let sum = 0
  const place = weights.findIndex(weight => {
    sum += weight
    return at < sum
  })
  return MODELS[place] ?? 'pro'
}
