import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import type { Postmaster } from '../../src/platform/embedded-postgres/postmaster.ts'
import { supervise } from '../../src/platform/embedded-postgres/supervisor.ts'

const log = pino({ level: 'silent' })

interface Server extends Postmaster {
  readonly signals: string[]
  die(reason: string): void
}

function server(): Server {
  const { promise, resolve } = Promise.withResolvers<string>()
  const signals: string[] = []
  return {
    signals,
    exited: promise,
    die: resolve,
    signal(signal) {
      signals.push(signal)
      resolve('stopped')
    },
  }
}

describe('the supervisor of the database server', () => {
  test.each([
    [false, 'SIGINT'],
    [true, 'SIGQUIT'],
  ])('stops it, immediately: %s', async (immediate, signal) => {
    const only = server()
    const supervisor = supervise(only, { log, restart: () => Promise.reject(new Error('unused')), onFailure() {} })
    await supervisor.stop(immediate)
    expect(only.signals).toEqual([signal])
  })

  test('starts it again when it dies, and stops the new one', async () => {
    const [first, second] = [server(), server()]
    const restarted = Promise.withResolvers<void>()
    const supervisor = supervise(first, {
      log,
      restart: async () => {
        restarted.resolve()
        return second
      },
      onFailure() {},
    })
    first.die('killed')
    await restarted.promise
    await supervisor.stop(false)
    expect(second.signals).toEqual(['SIGINT'])
  })

  test('gives up after ten failures, each after a longer pause, and says what was the matter', async () => {
    const first = server()
    const pauses: number[] = []
    const failure = Promise.withResolvers<Error>()
    supervise(first, {
      log,
      restart: () => Promise.reject(new Error('the disk is gone')),
      onFailure: failure.resolve,
      pause: async milliseconds => void pauses.push(milliseconds),
    })
    first.die('killed')

    expect((await failure.promise).message).toBe('PostgreSQL keeps dying and is not started again: the disk is gone')
    expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000, 5000])
  })

  test('gives up on one that starts and dies again and again', async () => {
    const first = server()
    const failure = Promise.withResolvers<Error>()
    supervise(first, {
      log,
      restart: async () => {
        const next = server()
        queueMicrotask(() => next.die('FATAL: broken'))
        return next
      },
      onFailure: failure.resolve,
    })
    first.die('killed')
    expect((await failure.promise).message).toContain('FATAL: broken')
  })
})
