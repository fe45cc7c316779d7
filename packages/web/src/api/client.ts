/** An answer of the API that is not a success. */
export class ApiFailure extends Error {
  readonly status: number
  /** E.g. `customer_not_found`, `validation_errors`. */
  readonly code: string | undefined
  /** Field to codes, of a 422. */
  readonly details: Readonly<Record<string, readonly string[]>>
  /** The part of the request that a 422 is about, where it is one of a list: `charges.1.filters.0`. */
  readonly at: string | undefined

  constructor(status: number, body: unknown, at?: string | null) {
    const { code, error, error_details: details } = (body ?? {}) as Record<string, unknown>
    super(typeof error === 'string' ? error : `HTTP ${status}`)
    this.name = 'ApiFailure'
    this.status = status
    this.at = at ?? undefined
    this.code = typeof code === 'string' ? code : undefined
    this.details = typeof details === 'object' && details !== null ? (details as ApiFailure['details']) : {}
  }
}

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

interface Call {
  readonly query?: Query
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** The public API for one organization: everything that a page reads or changes goes through it. */
export interface Api {
  readonly organizationId: string
  get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T>
  post<T>(path: string, body?: unknown): Promise<T>
  put<T>(path: string, body?: unknown): Promise<T>
  patch<T>(path: string, body?: unknown): Promise<T>
  delete<T>(path: string, body?: unknown): Promise<T>
  /** Starts what takes long, and hands on each line of JSON of the answer as it comes. */
  follow<Line>(path: string, onLine: (line: Line) => void): Promise<void>
}

export function apiOf(organizationId: string): Api {
  return bind('/api/v1', organizationId)
}

/** The console's own endpoints of an organization: members, invitations, API keys. */
export function consoleApiOf(organizationId: string): Api {
  return bind('/console/api', organizationId)
}

/** Calls without an organization: who am I, signing in and up. */
export const consoleApi = bind('/console', '')

function bind(base: string, organizationId: string): Api {
  const call = <T>(method: Method, path: string, options: Call = {}) =>
    send<T>(method, `${base}${path}${queryText(options.query)}`, organizationId, options)
  return {
    organizationId,
    get: (path, query, signal) => call('GET', path, { ...(query && { query }), ...(signal && { signal }) }),
    post: (path, body = {}) => call('POST', path, { body }),
    put: (path, body = {}) => call('PUT', path, { body }),
    patch: (path, body = {}) => call('PATCH', path, { body }),
    delete: (path, body) => call('DELETE', path, { body }),
    follow: (path, onLine) => follow(`${base}${path}`, organizationId, onLine),
  }
}

async function follow<Line>(url: string, organizationId: string, onLine: (line: Line) => void): Promise<void> {
  const response = await request('POST', url, organizationId, {})
  if (!response.ok) throw failureOf(response, readJson(await response.text()))
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    const lines = `${rest}${part.value}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(JSON.parse(line) as Line)
  }
}

async function send<T>(method: Method, url: string, organizationId: string, options: Call): Promise<T> {
  const response = await request(method, url, organizationId, options)
  const text = await response.text()
  const answer = readJson(text)
  if (!response.ok) throw failureOf(response, answer)
  return answer as T
}

function request(method: Method, url: string, organizationId: string, { body, signal }: Call): Promise<Response> {
  return fetch(url, {
    method,
    credentials: 'same-origin',
    headers: {
      'weir-console': '1',
      ...(organizationId !== '' && { 'weir-organization': organizationId }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  })
}

function failureOf({ status, headers }: Response, answer: unknown): ApiFailure {
  return new ApiFailure(status, answer, headers.get('weir-error-at'))
}

function readJson(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Absent and empty values are left out; lists become `name[]=…`. */
export function queryText(query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === '') continue
    if (typeof value === 'object') for (const item of value) search.append(`${name}[]`, item)
    else search.append(name, String(value))
  }
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}
