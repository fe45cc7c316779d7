import type { BenchServer } from './server.ts'

/** The API as a customer of Weir calls it; anything but success is an error. */
export interface Api {
  get<Answer>(path: string): Promise<Answer>
  post<Answer>(path: string, body: unknown): Promise<Answer>
}

export function apiOf(server: Pick<BenchServer, 'url' | 'apiKey'>): Api {
  async function call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${server.apiKey}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
    return JSON.parse(text) as Answer
  }
  return {
    get: path => call('GET', path),
    post: (path, body) => call('POST', path, body),
  }
}
