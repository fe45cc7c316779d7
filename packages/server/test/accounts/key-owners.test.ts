import { expect, it, vi } from 'vitest'
import type { KeyOwner } from '../../src/accounts/index.ts'
import { rememberKeyOwners } from '../../src/accounts/index.ts'

const owner = (id: string, sandbox = false): KeyOwner => ({
  apiKeyId: id,
  org: { id, sandbox, testClock: false },
  testClockNow: null,
  permissions: {},
})

/** A table of keys, and a count of how often it was asked. */
function keys(initial: Record<string, KeyOwner>) {
  const table = new Map(Object.entries(initial))
  const find = vi.fn(async (key: string) => table.get(key))
  let now = 0
  return { table, find, findOwner: rememberKeyOwners(find, () => now), wait: (ms: number) => (now += ms) }
}

it('looks up the key of a live organization once a second', async () => {
  const { find, findOwner, wait } = keys({ live: owner('a') })
  await findOwner('live')
  await Promise.all([findOwner('live'), findOwner('live')])
  expect(find).toHaveBeenCalledTimes(1)
  wait(1000)
  expect(await Promise.all([findOwner('live'), findOwner('live')])).toEqual([owner('a'), owner('a')])
  expect(find).toHaveBeenCalledTimes(2)
})

it('refuses a revoked key a second later at most', async () => {
  const { table, findOwner, wait } = keys({ live: owner('a') })
  await findOwner('live')
  table.delete('live')
  wait(1000)
  expect(await findOwner('live')).toBeUndefined()
  table.set('live', owner('b'))
  expect(await findOwner('live')).toEqual(owner('b'))
})

it('looks up sandboxes, whose time moves, and unknown keys each time', async () => {
  const { find, findOwner } = keys({ sandbox: owner('s', true) })
  for (const key of ['sandbox', 'sandbox', 'unknown', 'unknown']) await findOwner(key)
  expect(find).toHaveBeenCalledTimes(4)
})

it('tries again after a failed lookup', async () => {
  const { find, findOwner, wait } = keys({ live: owner('a') })
  await findOwner('live')
  wait(1000)
  find.mockRejectedValueOnce(new Error('the database is away'))
  await expect(findOwner('live')).rejects.toThrow('away')
  expect(await findOwner('live')).toEqual(owner('a'))
})
