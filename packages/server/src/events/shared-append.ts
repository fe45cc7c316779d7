import { ApiError } from '../platform/errors.ts'
import type { AppendResult, EventStore, UsageEvent } from './event-store.ts'

/** Stores the events of one request, and resolves when they are durable. */
type SharedAppend = (store: EventStore, events: readonly UsageEvent[]) => Promise<AppendResult[]>

interface Waiting {
  readonly store: EventStore
  readonly events: readonly UsageEvent[]
  readonly resolve: (results: AppendResult[]) => void
  readonly reject: (error: unknown) => void
}

interface Sharing {
  /** Beyond this many events, a statement takes so long that the requests behind it wait more than they gain. */
  readonly eventsAStatement: number
  /** While some statements wait for the disk, others are worked out. */
  readonly statementsAtOnce: number
}

/** Measured to be the fastest: single events profit from company, batches from statements side by side. */
const SHARING: Readonly<Record<'skip' | 'reject', Sharing>> = {
  skip: { eventsAStatement: 500, statementsAtOnce: 2 },
  reject: { eventsAStatement: 200, statementsAtOnce: 6 },
}
const MOST_EVENTS_WAITING = 50_000

/**
 * Lets requests that come in at the same time share a statement, whosever they are: what waits when a statement returns
 * makes up the next one. Alone, a request is sent at once. Each is answered after the commit of its statement, and fails
 * with it.
 *
 * @param onDuplicate as for {@link EventStore.append}, request by request
 * @returns it throws 503 `too_many_events` when 50,000 events are waiting
 */
export function sharedAppend(onDuplicate: 'skip' | 'reject'): SharedAppend {
  const { eventsAStatement, statementsAtOnce } = SHARING[onDuplicate]
  const waiting: Waiting[] = []
  let eventsWaiting = 0
  let running = 0

  function sendNext(): void {
    if (waiting.length === 0 || running === statementsAtOnce) return
    const requests = waiting.splice(0, requestsOfNextStatement(waiting, eventsAStatement))
    eventsWaiting -= requests.reduce((count, { events }) => count + events.length, 0)
    running += 1
    void send(requests, onDuplicate).finally(() => {
      running -= 1
      sendNext()
    })
  }

  return (store, events) =>
    new Promise((resolve, reject) => {
      if (eventsWaiting >= MOST_EVENTS_WAITING) {
        reject(new ApiError(503, { error: 'Service Unavailable', code: 'too_many_events' }))
        return
      }
      waiting.push({ store, events, resolve, reject })
      eventsWaiting += events.length
      sendNext()
    })
}

/** At least one, however large. */
function requestsOfNextStatement(waiting: readonly Waiting[], mostEvents: number): number {
  let events = 0
  const tooMany = waiting.findIndex(request => {
    events += request.events.length
    return events > mostEvents
  })
  return tooMany === -1 ? waiting.length : Math.max(tooMany, 1)
}

async function send(requests: readonly Waiting[], onDuplicate: 'skip' | 'reject'): Promise<void> {
  const [first] = requests
  if (first === undefined) return
  try {
    // All stores of a process write to the same place.
    const results = await first.store.append(
      requests.length === 1 ? first.events : requests.flatMap(one => one.events),
      onDuplicate,
    )
    if (onDuplicate === 'reject' && requests.length > 1 && results.includes('duplicate')) {
      // Nothing was stored: the duplicates are the fault of some requests, the others must not suffer from it.
      await Promise.all(requests.map(request => send([request], onDuplicate)))
      return
    }
    let start = 0
    for (const { events, resolve } of requests) {
      resolve(results.slice(start, start + events.length))
      start += events.length
    }
  } catch (error) {
    for (const { reject } of requests) reject(error)
  }
}
