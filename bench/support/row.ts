/** One figure of a benchmark: a line of the table. */
export interface Row {
  readonly name: string
  readonly measured: number
  readonly unit: string
  /** Rates should be high; times and sizes low. */
  readonly better: 'higher' | 'lower'
  /** The same work done by this machine in the same run without Weir, in the same unit; null where there is none. */
  readonly limit: number | null
  /** The figure that is good enough; null where only the others of the benchmark have one. */
  readonly aim: number | null
}

export interface JudgedRow extends Row {
  /** How near to the machine's limit: 1 is at it, whether the figure is a rate or a time. */
  readonly ratio: number | null
  readonly met: boolean | null
}

export function judge(row: Row): JudgedRow {
  const { measured, limit, aim, better } = row
  return {
    ...row,
    ratio: limit === null ? null : better === 'higher' ? measured / limit : limit / measured,
    met: aim === null ? null : better === 'higher' ? measured >= aim : measured <= aim,
  }
}
