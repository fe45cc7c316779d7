import { PassThrough } from 'node:stream'
import type { FastifyInstance, FastifyRequest, InjectOptions } from 'fastify'
import { type DemoApi, DemoError, loadDemo, type Method, refusal } from '../demo/index.ts'

/** What a call of the story has from the request that started it: whose it is, and of which organization. */
const KEPT_HEADERS = ['cookie', 'host', 'weir-organization'] as const

/**
 * Loads the demo data on behalf of a signed-in user, through the public API as if the user's browser called it. The answer
 * is a line of JSON for each thing that happens, as it happens: `{"progress": …}`, at last `{"summary": …}` or
 * `{"error": "…"}`. The story goes on when nobody listens any more, and ends when the server stops.
 */
export function demoData(app: FastifyInstance): (request: FastifyRequest) => PassThrough {
  const stopping = new AbortController()
  app.addHook('preClose', async () => stopping.abort(new DemoError('The server was stopped.')))
  return request => {
    const lines = new PassThrough()
    void tell(lines, injectedApi(app, request, stopping.signal), request)
    return lines
  }
}

async function tell(lines: PassThrough, api: DemoApi, { id, log }: FastifyRequest): Promise<void> {
  // One who went away no longer reads; the story does not wait for them.
  lines.on('error', () => {})
  const write = (line: object) => void (lines.writable && lines.write(`${JSON.stringify(line)}\n`))
  try {
    write({ summary: await loadDemo(api, { onProgress: progress => write({ progress }) }) })
  } catch (error) {
    if (error instanceof DemoError) return write({ error: error.message })
    log.error({ err: error }, 'the demo data could not be loaded')
    write({ error: `The demo data could not be loaded. The server's log tells why, at the request ${id}.` })
  } finally {
    lines.end()
  }
}

/** Calls that stay within this process, with the rights of whoever made a request. */
function injectedApi(app: FastifyInstance, request: FastifyRequest, stopping: AbortSignal): DemoApi {
  const headers: Record<string, string> = {}
  for (const name of KEPT_HEADERS) {
    const value = request.headers[name]
    if (typeof value === 'string') headers[name] = value
  }
  return {
    async call<Answer>(method: Method, path: string, body?: unknown) {
      stopping.throwIfAborted()
      const options: InjectOptions = {
        method,
        url: `/api/v1${path}`,
        headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { payload: JSON.stringify(body) }),
      }
      const { statusCode, payload } = await app.inject(options)
      if (statusCode >= 300) throw refusal(method, path, statusCode, payload)
      return (payload === '' ? undefined : JSON.parse(payload)) as Answer
    },
  }
}
