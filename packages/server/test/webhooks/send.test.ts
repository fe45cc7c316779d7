import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { isPrivateAddress } from '../../src/webhooks/private-networks.ts'
import { sendWebhook } from '../../src/webhooks/send.ts'

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener)
  stops.push(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const send = (url: string, settings: { allow?: boolean; timeoutMs?: number } = {}) =>
  sendWebhook({
    url,
    headers: {},
    body: '{}',
    allowPrivateNetworks: settings.allow ?? true,
    ...(settings.timeoutMs !== undefined && { timeoutMs: settings.timeoutMs }),
  })

test.each([
  '127.0.0.1',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '100.100.100.200',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  'fd00:ec2::254',
  'fe80::1',
  '::ffff:10.0.0.1',
  '::ffff:7f00:1',
  '64:ff9b::a9fe:a9fe',
  '2002:7f00:1::',
  'no address',
])('%s is private', address => expect(isPrivateAddress(address)).toBe(true))

test.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808'])(
  '%s is public',
  address => expect(isPrivateAddress(address)).toBe(false),
)

test.each(['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '0x7f.1', '2130706433', '169.254.169.254'])(
  'nothing is sent to %s unless private networks are allowed',
  async host => {
    let requests = 0
    const port = await serve((_request, response) => {
      requests += 1
      response.end()
    })
    const attempt = await send(`http://${host}:${port}/`, { allow: false })
    expect(attempt.outcome).toBe('refused')
    expect(attempt.response).toContain('WEIR_WEBHOOK_PRIVATE_NETWORKS=allow')
    expect(requests).toBe(0)
  },
)

test('redirects are not followed', async () => {
  const paths: (string | undefined)[] = []
  const port = await serve((request, response) => {
    paths.push(request.url)
    response.writeHead(302, { location: '/elsewhere' }).end()
  })
  expect(await send(`http://127.0.0.1:${port}/hook`)).toEqual({ outcome: 'answered', httpStatus: 302, response: '' })
  expect(paths).toEqual(['/hook'])
})

test('a receiver that does not answer is given up', async () => {
  const port = await serve(() => {})
  expect(await send(`http://127.0.0.1:${port}/`, { timeoutMs: 50 })).toEqual({
    outcome: 'unreachable',
    response: 'no answer within 0.05 seconds',
  })
})

test('an answer that stops in the middle, or drips without end, is given up', async () => {
  const stalls = await serve((_request, response) => void response.writeHead(200).write('half'))
  expect((await send(`http://127.0.0.1:${stalls}/`, { timeoutMs: 50 })).response).toContain('no answer within')
  const drips = await serve((_request, response) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write('.'), 10)
    response.on('close', () => clearInterval(timer))
  })
  expect((await send(`http://127.0.0.1:${drips}/`, { timeoutMs: 50 })).outcome).toBe('unreachable')
})

test('a host that refuses connections, or does not exist, says so', async () => {
  const port = await serve(() => {})
  for (const stop of stops.splice(0)) stop()
  expect((await send(`http://127.0.0.1:${port}/`)).response).toContain('ECONNREFUSED')
  expect((await send('http://webhooks.invalid/')).response).toMatch(/ENOTFOUND|EAI_AGAIN/)
})

test('only the beginning of a long answer is kept, as text that the database can hold', async () => {
  const port = await serve((_request, response) => response.end(`a\0b${'x'.repeat(1_000_000)}`))
  const attempt = await send(`http://127.0.0.1:${port}/`)
  expect(attempt.response.startsWith('abxxx')).toBe(true)
  expect(attempt.response.length).toBeLessThanOrEqual(16_384)
})
