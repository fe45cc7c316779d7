export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** The public API of one organization, whoever carries the calls: over the network with a key, or within the server. */
export interface DemoApi {
  /** Answers with the body. @throws DemoError for anything but success */
  call<Answer = unknown>(method: Method, path: string, body?: unknown): Promise<Answer>
}

const CALLS_AT_ONCE = 4

/** Works off items in their order, a few at the same time. */
export async function atOnce<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = items.values()
  await Promise.all(
    Array.from({ length: CALLS_AT_ONCE }, async () => {
      for (const item of left) await work(item)
    }),
  )
}

/** The story could not go on, or must not begin; its message is for people. */
export class DemoError extends Error {}

/** What an answer that is no success becomes. */
export function refusal(method: Method, path: string, status: number, body: string): DemoError {
  return new DemoError(`${method} ${path} was answered with ${status}: ${body.slice(0, 500)}`)
}

/** Calls over the network. `url` is the server's address, without `/api/v1`. */
export function httpApi(url: string, apiKey: string): DemoApi {
  return {
    async call<Answer>(method: Method, path: string, body?: unknown) {
      const response = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${apiKey}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      if (!response.ok) throw refusal(method, path, response.status, text)
      return (text === '' ? undefined : JSON.parse(text)) as Answer
    },
  }
}
