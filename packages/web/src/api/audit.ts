/* What the API keeps of what was done: to business objects, through the API, and to who may do what. */

/** A value of JSON, as logs keep them. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

export interface ActivityLog {
  readonly activity_id: string
  /** E.g. `invoice.finalized`. */
  readonly activity_type: string
  readonly activity_source: string
  /** The object as it was afterwards. */
  readonly activity_object: JsonObject | null
  /** Of an update: key to what it was and what it became. */
  readonly activity_object_changes: { readonly [key: string]: readonly Json[] } | null
  readonly user_email: string | null
  readonly resource_id: string
  readonly resource_type: string
  readonly external_customer_id: string | null
  readonly external_subscription_id: string | null
  readonly logged_at: string
}

export interface ApiLog {
  readonly request_id: string
  /** What the caller says it is: its User-Agent. */
  readonly client: string | null
  readonly http_method: string
  readonly http_status: number
  readonly request_origin: string
  readonly request_path: string
  readonly request_body: unknown
  readonly request_response?: unknown
  readonly api_version: string
  readonly logged_at: string
}

export interface SecurityLog {
  readonly log_id: string
  readonly log_type: string
  readonly log_event: string
  readonly user_email: string | null
  readonly resources: JsonObject | null
  readonly device_info: {
    readonly browser?: string | null
    readonly os?: string | null
    readonly device_type?: string | null
    readonly ip_address?: string | null
  } | null
  readonly logged_at: string
}
