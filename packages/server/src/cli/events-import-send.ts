import { sendBatch, type Target } from './events-import-client.ts'
import type { BrokenLine, SourceFile } from './events-import-file.ts'
import type { Line, Mapping } from './events-import-mapping.ts'

export interface Outcome {
  stored: number
  duplicates: number
  refused: number
}

export interface Refusal {
  readonly line: Line | BrokenLine
  readonly reason: string
}

export interface ImportJob {
  readonly source: SourceFile
  readonly mapping: Mapping
  readonly target: Target
  readonly batchSize: number
  /** Batches under way at any time. */
  readonly inFlight: number
  onRefusal(refusal: Refusal): Promise<void>
  /** Called after every answer with what has become of the lines so far. */
  onProgress(outcome: Readonly<Outcome>): void
}

interface Item {
  readonly line: Line
  readonly event: Record<string, unknown>
}

/**
 * Sends the lines of a file, a few batches at a time; only these are in memory. Duplicates are what is stored already: the
 * file may be sent again, and goes on where an earlier attempt ended.
 */
export async function sendLines(job: ImportJob): Promise<Outcome> {
  const outcome: Outcome = { stored: 0, duplicates: 0, refused: 0 }
  const refuse = async (refusal: Refusal) => {
    outcome.refused += 1
    await job.onRefusal(refusal)
  }
  const batches = batchesOf(job, refuse)
  const work = async () => {
    try {
      for (let next = await batches.next(); next.done !== true; next = await batches.next()) {
        await sendItems(job, next.value, outcome, refuse)
      }
    } finally {
      // Where one loop fails, the others find nothing more to send.
      await batches.return(undefined)
    }
  }
  await Promise.all(Array.from({ length: job.inFlight }, work))
  return outcome
}

async function* batchesOf(job: ImportJob, refuse: (refusal: Refusal) => Promise<void>): AsyncGenerator<Item[]> {
  let batch: Item[] = []
  for await (const line of job.source.lines) {
    if (!('values' in line)) {
      await refuse({ line, reason: line.reason })
      continue
    }
    const mapped = job.mapping(line)
    if ('reason' in mapped) {
      await refuse({ line, reason: mapped.reason })
      continue
    }
    batch.push({ line, event: mapped.event })
    if (batch.length < job.batchSize) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/**
 * A batch is all or nothing: what the server names is taken out, counted, and the rest is sent again. In one batch, equal
 * transaction ids are refused even for different subscriptions, so each goes in a batch of its own.
 */
async function sendItems(
  job: ImportJob,
  items: readonly Item[],
  outcome: Outcome,
  refuse: (refusal: Refusal) => Promise<void>,
): Promise<void> {
  const [batch, repeated] = splitRepeated(items)
  const answer = await sendBatch(
    job.target,
    batch.map(({ event }) => event),
  )
  let rest: readonly Item[] = []
  if (answer === 'stored') {
    outcome.stored += batch.length
  } else if (answer === 'too large') {
    const [only] = batch
    if (batch.length === 1 && only !== undefined) await refuse({ line: only.line, reason: 'too large for the server' })
    else await sendItems(job, batch.slice(batch.length / 2), outcome, refuse)
    rest = batch.slice(0, batch.length === 1 ? 0 : batch.length / 2)
  } else {
    for (const [place, { line }] of batch.entries()) {
      const details = answer.refused.get(place)
      if (isDuplicate(details)) outcome.duplicates += 1
      else if (details !== undefined) await refuse({ line, reason: describe(details) })
    }
    rest = batch.filter((_, place) => !answer.refused.has(place))
  }
  job.onProgress(outcome)
  const next = [...rest, ...repeated]
  if (next.length > 0) await sendItems(job, next, outcome, refuse)
}

function splitRepeated(items: readonly Item[]): [first: Item[], repeated: Item[]] {
  const seen = new Set<string>()
  const repeated: Item[] = []
  const first = items.filter(item => {
    const id = String(item.event.transaction_id)
    if (seen.has(id)) repeated.push(item)
    return !seen.has(id) && seen.add(id)
  })
  return [first, repeated]
}

function isDuplicate(details: unknown): boolean {
  return JSON.stringify(details) === '{"transaction_id":["value_already_exist"]}'
}

/** `timestamp: invalid_format; code: value_is_mandatory` */
function describe(details: unknown): string {
  if (typeof details !== 'object' || details === null) return String(details)
  return Object.entries(details)
    .map(([field, codes]) => `${field}: ${Array.isArray(codes) ? codes.join(', ') : String(codes)}`)
    .join('; ')
}
