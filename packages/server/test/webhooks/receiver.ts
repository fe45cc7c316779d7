import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly headers: IncomingHttpHeaders
  /** The exact bytes of the body. */
  readonly body: Buffer
  readonly path: string
}

export interface Receiver {
  readonly url: string
  /** Everything received so far, in order. */
  readonly received: readonly Received[]
  /** How the next requests are answered; the last one goes on for the rest. Starts with 200. */
  answerWith(...answers: readonly { status: number; body?: string; headers?: Record<string, string> }[]): void
  stop(): Promise<void>
}

/** A real HTTP server that takes webhooks, as a customer's would. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = []
  let answers: readonly { status: number; body?: string; headers?: Record<string, string> }[] = [{ status: 200 }]
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    received.push({ headers: request.headers, body: Buffer.concat(chunks), path: request.url ?? '' })
    const answer = answers[0] ?? { status: 200 }
    if (answers.length > 1) answers = answers.slice(1)
    response.writeHead(answer.status, answer.headers).end(answer.body)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answerWith: (...next) => {
      answers = next
    },
    stop: () => new Promise(resolve => server.close(() => resolve())),
  }
}
