import type { Ctx } from '../../platform/context.ts'
import type { CsvRecord } from '../csv.ts'
import type { FilterKinds, Filters } from '../filters.ts'

/** Where a list stands, as it is kept between two jobs. */
export type Place = Readonly<Record<string, string>>

export interface Reading {
  /** Undefined at the beginning. */
  readonly after: Place | undefined
  /** How many objects at most. */
  readonly most: number
}

/** Some objects of a list, in its order. */
export interface Batch {
  /** How many. */
  readonly objects: number
  /** The last of them; undefined where there are none. */
  readonly last: Place | undefined
  /** Their rows, a bounded number at a time. */
  readonly records: AsyncIterable<readonly CsvRecord[]>
}

/** A list that can be had as a file. */
export interface ExportedResource {
  /** As people call it, in the middle of a sentence. */
  readonly name: string
  /** What one must be allowed to read. */
  readonly permission: 'invoice' | 'credit_note'
  readonly filters: FilterKinds
  /** In their order. @param withEntity whether it has to be said which billing entity issued what */
  columns(withEntity: boolean): readonly string[]
  /** How many objects are read at once: few enough that all that belongs to them can be held. */
  readonly batch: number
  /** Of the objects of the list: a file of fees is of invoices. */
  count(ctx: Ctx, filters: Filters): Promise<number>
  read(ctx: Ctx, filters: Filters, from: Reading): Promise<Batch>
}
