import { connect, type Socket } from 'node:net'

export interface LoadOptions {
  readonly url: string
  readonly apiKey: string
  readonly path: string
  /** JSON bodies, each sent once. */
  readonly bodies: readonly string[]
  /** Requests under way at any time. */
  readonly connections: number
}

export interface LoadResult {
  readonly seconds: number
  /** Milliseconds from the first byte sent to the last byte received, of each request. */
  readonly latencies: readonly number[]
}

/**
 * Sends every body over a fixed number of kept-alive connections as fast as the answers come, and throws at the first that
 * is not a 200. It speaks just enough HTTP to leave the processor to the server that is measured.
 */
export async function sendAll(options: LoadOptions): Promise<LoadResult> {
  const head = `POST ${options.path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer ${options.apiKey}\r\ncontent-type: application/json\r\ncontent-length: `
  const requests = options.bodies.map(body => Buffer.from(`${head}${Buffer.byteLength(body)}\r\n\r\n${body}`))
  const latencies: number[] = []
  let next = 0
  const begin = performance.now()
  await Promise.all(
    Array.from({ length: options.connections }, async () => {
      const socket = await open(options.url)
      for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
        const sent = performance.now()
        await exchange(socket, request)
        latencies.push(performance.now() - sent)
      }
      socket.destroy()
    }),
  )
  return { seconds: (performance.now() - begin) / 1000, latencies }
}

function open(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => resolve(socket))
    socket.once('error', reject)
    socket.setNoDelay(true)
  })
}

function exchange(socket: Socket, request: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    let head = ''
    let missing: number | undefined
    const settle = (error?: Error) => {
      socket.off('data', onData)
      socket.off('close', onClose)
      if (error === undefined) resolve()
      else reject(error)
    }
    const onClose = () => settle(new Error('the server closed the connection'))
    const onData = (chunk: Buffer) => {
      if (missing === undefined) {
        head += chunk.toString('latin1')
        const end = head.indexOf('\r\n\r\n')
        if (end === -1) return
        const length = /content-length: (\d+)/i.exec(head)?.[1]
        if (!head.startsWith('HTTP/1.1 200') || length === undefined) return settle(new Error(head))
        missing = end + 4 + Number(length) - head.length
      } else {
        missing -= chunk.length
      }
      if (missing === 0) settle()
    }
    socket.on('data', onData)
    socket.on('close', onClose)
    socket.write(request)
  })
}
