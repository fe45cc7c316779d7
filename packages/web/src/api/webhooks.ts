export interface WebhookEndpoint {
  readonly lago_id: string
  readonly webhook_url: string
  readonly signature_algo: string
  readonly name: string | null
  /** Null: everything. */
  readonly event_types: readonly string[] | null
  readonly created_at: string
}

/** A message to an endpoint, and what came of it. */
export interface Delivery {
  readonly lago_id: string
  readonly webhook_type: string
  readonly object_type: string | null
  readonly lago_object_id: string | null
  readonly endpoint: string
  readonly status: string
  /** Null where there was no answer. */
  readonly http_status: number | null
  readonly response: string | null
  readonly payload: unknown
  /** Attempts that failed. */
  readonly retries: number
  readonly last_retried_at: string | null
  readonly next_attempt_at: string | null
  readonly created_at: string
  readonly updated_at: string
}
