import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'

let app: TestApp
let tenant: Tenant

beforeAll(async () => {
  app = await startTestApp()
})
beforeEach(async () => {
  tenant = await app.newOrganization()
})
afterAll(() => app.stop())

interface Item {
  lago_id: string
  key: string
  value: string
  display_in_invoice: boolean
}

const save = (metadata: unknown) => tenant.api.post('/customers', { customer: { external_id: 'acme', metadata } })

async function saved(metadata: unknown): Promise<Item[]> {
  const { status, body } = await save(metadata)
  expect(status).toBe(200)
  return body.customer.metadata
}

const pairs = (items: Item[]) => items.map(item => [item.key, item.value])

describe('the metadata of a customer', () => {
  it('is replaced as a whole: listed ids are updated, new items created, the rest goes', async () => {
    const [color, size] = await saved([
      { key: 'color', value: 'blue', display_in_invoice: true },
      { key: 'size', value: 'XL' },
    ])
    const after = await saved([
      { id: color?.lago_id, key: 'colour', value: 'green' },
      { key: 'shape', value: 'round' },
    ])
    expect(pairs(after)).toEqual([
      ['colour', 'green'],
      ['shape', 'round'],
    ])
    expect(after[0]).toMatchObject({ lago_id: color?.lago_id, display_in_invoice: false })
    expect(after.map(item => item.lago_id)).not.toContain(size?.lago_id)
  })

  it('stays when the key is absent or null, and goes with an empty list', async () => {
    await saved([{ key: 'color', value: 'blue' }])
    const { body } = await tenant.api.post('/customers', { customer: { external_id: 'acme', name: 'Acme' } })
    expect(pairs(body.customer.metadata)).toEqual([['color', 'blue']])
    expect(pairs(await saved(null))).toEqual([['color', 'blue']])
    expect(await saved([])).toEqual([])
  })

  it('does not let an item without its id take a key that exists', async () => {
    await saved([{ key: 'color', value: 'blue' }])
    const { status, body } = await save([{ key: 'color', value: 'green' }])
    expect(status).toBe(422)
    expect(body.error_details).toEqual({ key: ['value_already_exist'] })
  })

  it('lets two items exchange their keys', async () => {
    const [a, b] = await saved([
      { key: 'a', value: '1' },
      { key: 'b', value: '2' },
    ])
    const after = await saved([
      { id: a?.lago_id, key: 'b', value: '1' },
      { id: b?.lago_id, key: 'a', value: '2' },
    ])
    expect(pairs(after)).toEqual([
      ['b', '1'],
      ['a', '2'],
    ])
  })

  it('takes an unknown id for a new item', async () => {
    const id = '00000000-0000-7000-8000-000000000000'
    const [item] = await saved([{ id, key: 'color', value: 'blue' }])
    expect(item?.lago_id).not.toBe(id)
  })

  it('has at most five items a request', async () => {
    const items = (count: number) => Array.from({ length: count }, (_, index) => ({ key: `k${index}`, value: 'v' }))
    expect((await save(items(6))).body.error_details).toEqual({ metadata: ['invalid_count'] })
    expect(await saved(items(5))).toHaveLength(5)
  })

  it.each([
    [{ key: 'k'.repeat(21), value: 'v' }, { key: ['value_is_too_long'] }],
    [{ key: 'k', value: 'v'.repeat(101) }, { value: ['value_is_too_long'] }],
    [{ key: 'k' }, { value: ['value_is_mandatory'] }],
    [
      { key: '', value: '' },
      { key: ['value_is_mandatory'], value: ['value_is_mandatory'] },
    ],
  ])('refuses %j, and the whole request with it', async (item, details) => {
    const customer = { external_id: 'acme', name: 'Acme', metadata: [{ key: 'fine', value: 'fine' }, item] }
    const { status, body } = await tenant.api.post('/customers', { customer })
    expect(status).toBe(422)
    expect(body.error_details).toEqual(details)
    expect((await tenant.api.get('/customers/acme')).status).toBe(404)
  })

  it('counts characters, not bytes', async () => {
    expect(await saved([{ key: 'é'.repeat(20), value: '🚲'.repeat(100) }])).toHaveLength(1)
  })
})
