import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isDelivered, retryDelay, standingAfter } from '../../src/webhooks/attempts.ts'

const now = Temporal.Instant.from('2026-03-01T12:00:00Z')
const answered = (httpStatus: number) => ({ outcome: 'answered', httpStatus, response: '' }) as const
const unreachable = { outcome: 'unreachable', response: 'connect ECONNREFUSED' } as const

test('200, 201, 202 and 204 are success, and nothing else is', () => {
  const statuses = [100, 200, 201, 202, 203, 204, 205, 206, 301, 302, 307, 400, 404, 429, 500, 503]
  expect(statuses.filter(status => isDelivered(answered(status)))).toEqual([200, 201, 202, 204])
  expect(isDelivered(unreachable)).toBe(false)
})

test('the first retry comes after 3.00 to 3.15 seconds, the second after 18.0 to 20.4', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), random => {
      expect(retryDelay(1, random)).toBeGreaterThanOrEqual(3_000)
      expect(retryDelay(1, random)).toBeLessThanOrEqual(3_150)
      expect(retryDelay(2, random)).toBeGreaterThanOrEqual(18_000)
      expect(retryDelay(2, random)).toBeLessThanOrEqual(20_400)
    }),
  )
})

test('a message is tried three times, then it has failed', () => {
  expect(standingAfter(answered(500), 0, now, 0)).toEqual({
    status: 'retrying',
    retries: 1,
    nextAttemptAt: Temporal.Instant.from('2026-03-01T12:00:03Z'),
  })
  expect(standingAfter(unreachable, 1, now, 0)).toEqual({
    status: 'retrying',
    retries: 2,
    nextAttemptAt: Temporal.Instant.from('2026-03-01T12:00:18Z'),
  })
  expect(standingAfter(unreachable, 2, now, 0)).toEqual({ status: 'failed', retries: 3, nextAttemptAt: null })
  expect(standingAfter(unreachable, 3, now, 0)).toEqual({ status: 'failed', retries: 4, nextAttemptAt: null })
})

test('a delivered message is done, and keeps the number of its failures', () => {
  expect(standingAfter(answered(204), 2, now, 0)).toEqual({ status: 'succeeded', retries: 2, nextAttemptAt: null })
})

test('a refused address is not tried again', () => {
  const refused = { outcome: 'refused', response: 'private' } as const
  expect(standingAfter(refused, 0, now, 0)).toEqual({ status: 'failed', retries: 1, nextAttemptAt: null })
})
