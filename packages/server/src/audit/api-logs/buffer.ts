import type { Insertable } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { ApiLogs } from '../../platform/db/types.ts'

type NewApiLog = Insertable<ApiLogs>

const LONGEST_WAIT_MS = 250
const ROWS_A_BATCH = 200
/** What waits while the database does not answer, in characters of bodies; the oldest is given up beyond it. */
const MOST_WAITING = 16 * 1024 * 1024

/** Requests on their way to the log: written in batches, so that no request waits for it. */
export class ApiLogBuffer {
  #waiting: NewApiLog[] = []
  #size = 0
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  /** Of the last request: which of them writes makes no difference. */
  #ctx: Ctx | undefined

  add(ctx: Ctx, row: NewApiLog): void {
    this.#ctx = ctx
    this.#waiting.push(row)
    this.#size += sizeOf([row])
    if (this.#size > MOST_WAITING) this.#giveUpOldest(ctx)
    if (this.#waiting.length >= ROWS_A_BATCH) void this.flush()
    else this.#timer ??= setTimeout(() => void this.flush(), LONGEST_WAIT_MS).unref()
  }

  /** Writes what waits. It never rejects: what could not be written waits for the next time. */
  flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const ctx = this.#ctx
    if (ctx !== undefined) this.#writing = this.#writing.then(() => this.#write(ctx))
    return this.#writing
  }

  async #write({ db, log }: Ctx): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, ROWS_A_BATCH)
      this.#size -= sizeOf(batch)
      try {
        await db.insertInto('api_logs').values(batch).execute()
      } catch (error) {
        log.warn({ err: error }, 'requests could not be written to the API log; it is tried again')
        this.#waiting = [...batch, ...this.#waiting]
        this.#size += sizeOf(batch)
        return
      }
    }
  }

  #giveUpOldest({ log }: Ctx): void {
    while (this.#size > MOST_WAITING / 2) this.#size -= sizeOf(this.#waiting.splice(0, 1))
    log.error('the API log cannot be written; its oldest requests were given up')
  }
}

function sizeOf(rows: readonly NewApiLog[]): number {
  return rows.reduce((sum, row) => sum + row.request_body.length + (row.request_response?.length ?? 0), 0)
}
