/** How much is measured. */
export interface BenchOptions {
  /** Seconds only, on small sizes: to see that the benchmarks run, not to learn how fast Weir is. */
  readonly short: boolean
  /** The sizes that the aims are set for, where the usual ones are smaller. */
  readonly full: boolean
  /** Where to write CPU profiles of the server, if anywhere. */
  readonly profileDirectory: string | undefined
}
