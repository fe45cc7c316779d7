/** Field name to the codes of what is wrong with it, in the order the checks ran. */
export type ErrorDetails = Record<string, unknown>

/**
 * An answer that is not a success, as the API gives it. Routes and services throw it; the HTTP layer is the only place
 * that turns it into a body.
 */
export class ApiError extends Error {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  /** The part of the request that it is about, where that is one of a list: `charges.1.filters.0`. */
  readonly at: string | undefined

  constructor(status: number, body: Record<string, unknown>, at?: string) {
    super(`${status} ${JSON.stringify(body)}`)
    this.name = 'ApiError'
    this.status = status
    this.body = { status, ...body }
    this.at = at
  }
}

/**
 * Runs what reads one part of a request; what it finds wrong tells where that part is. Field names alone do not, when a plan
 * has many charges.
 *
 * @example within(`charges.${index}`, () => createCharge(input))
 */
export function within<T>(at: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    throw new ApiError(error.status, { ...error.body }, error.at === undefined ? at : `${at}.${error.at}`)
  }
}

/** 400: the root object of the body is missing, null or empty. */
export function missingParameter(root: string): ApiError {
  return new ApiError(400, { error: `BadRequest: param is missing or the value is empty or invalid: ${root}` })
}

/** 400: the body is not JSON. */
export function badRequest(): ApiError {
  return new ApiError(400, { error: 'Bad Request' })
}

/** 400: a part of the body is of the wrong kind. */
export function badParameter(error: string): ApiError {
  return new ApiError(400, { error })
}

export function unauthorized(): ApiError {
  return new ApiError(401, { error: 'Unauthorized' })
}

export function forbidden(code: string): ApiError {
  return new ApiError(403, { error: 'Forbidden', code })
}

/** 404 with the code `<resource>_not_found`. */
export function notFound(resource: string): ApiError {
  return new ApiError(404, { error: 'Not Found', code: `${resource}_not_found` })
}

/** 405: the object's state forbids the action. */
export function notAllowed(code: string): ApiError {
  return new ApiError(405, { error: 'Method Not Allowed', code })
}

export function conflict(code: string): ApiError {
  return new ApiError(409, { error: 'Conflict', code })
}

/** 429: more requests in a second than an organization has a budget for. */
export function tooManyRequests(): ApiError {
  return new ApiError(429, { error: 'Too Many Requests', code: 'rate_limit_exceeded' })
}

export function payloadTooLarge(): ApiError {
  return new ApiError(413, { error: 'Payload Too Large', code: 'payload_too_large' })
}

/**
 * 422 with one list of codes a field.
 *
 * @example throw validation({ code: ['value_already_exist'] })
 */
export function validation(details: ErrorDetails | string): ApiError {
  return new ApiError(422, { error: 'Unprocessable Entity', code: 'validation_errors', error_details: details })
}

/** Collects the codes of several fields, so that everything wrong with a request is told at once. */
export class Problems {
  readonly details: Record<string, string[]> = {}

  add(field: string, ...codes: string[]): void {
    this.details[field] = [...(this.details[field] ?? []), ...codes]
  }

  get any(): boolean {
    return Object.keys(this.details).length > 0
  }

  /** Throws the 422 when anything was collected. */
  throwIfAny(): void {
    if (this.any) throw validation(this.details)
  }
}
