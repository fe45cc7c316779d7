import { afterAll, beforeAll, expect, it } from 'vitest'
import { RateLimiter } from '../../src/platform/http/rate-limits.ts'
import { startTestApp, type TestApp } from '../support/app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp({ WEIR_RATE_LIMITS: 'on' })
})
afterAll(() => app?.stop())

it('an organization has a budget of each kind of request for each second', () => {
  let now = 1_700_000_000_250
  const limiter = new RateLimiter(() => now)
  const take = (organization: string, kind: 'events' | 'current_usage' | 'others', times: number) =>
    Array.from({ length: times }, () => limiter.take(organization, kind).left).at(-1)
  expect(take('a', 'others', 50)).toBe(0)
  expect(take('a', 'others', 1)).toBe(-1)
  expect(take('a', 'events', 500)).toBe(0)
  expect(take('a', 'current_usage', 200)).toBe(0)
  expect(take('b', 'others', 1)).toBe(49)
  now += 749
  expect(limiter.take('a', 'others')).toEqual({ left: -2, resetSeconds: 1 })
  now += 1
  expect(limiter.take('a', 'others')).toEqual({ left: 49, resetSeconds: 1 })
})

const limitsOf = (headers: Headers) => ['limit', 'remaining', 'reset'].map(name => headers.get(`x-ratelimit-${name}`))

it('each answer tells what is left of it, errors too, and one too many is refused', async () => {
  const { api } = await app.newOrganization()
  expect(limitsOf((await api.get('/plans/none')).headers)).toEqual(['50', expect.stringMatching(/^\d+$/), '1'])
  expect(limitsOf((await api.post('/events/batch', {})).headers)[0]).toBe('500')
  expect(limitsOf((await api.get('/customers/acme/current_usage')).headers)[0]).toBe('200')
  // However slow the machine is, some second of these has more than fifty.
  const answers = await Promise.all(Array.from({ length: 400 }, () => api.get('/taxes')))
  const refused = answers.find(({ status }) => status === 429)
  expect(refused?.body).toEqual({ status: 429, error: 'Too Many Requests', code: 'rate_limit_exceeded' })
  expect(limitsOf(refused?.headers ?? new Headers())).toEqual(['50', '0', '1'])
})
