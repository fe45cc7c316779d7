/** How far the loading of the demo data is. */
export interface DemoProgress {
  /** From 0 to 1. */
  readonly share: number
  /** The day in the sandbox. */
  readonly day: string
  /** What is going on, in English. */
  readonly tells: string
}

/** What was made. */
export interface DemoSummary {
  readonly customers: number
  readonly subscriptions: number
  readonly events: number
  readonly invoices: number
  readonly payments: number
  readonly credit_notes: number
  readonly seconds: number
}

/** A line of the answer of `POST /console/api/demo_data`, which comes as things happen. */
export type DemoLine =
  | { readonly progress: DemoProgress }
  | { readonly summary: DemoSummary }
  | { readonly error: string }
