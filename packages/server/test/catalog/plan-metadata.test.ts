import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as metadata from '../../src/catalog/plan-metadata.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { recordEvents } from '../support/recorded-events.ts'
import { createPlan, invalid, notFound, planInput } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

async function planWith(map?: Record<string, unknown>) {
  const plan = await createPlan(app, map === undefined ? {} : { metadata: map })
  const path = `/plans/${plan.code}/metadata`
  const answer = async (request: Promise<{ status: number; body: { metadata: unknown } }>) => (await request).body
  return {
    plan,
    path,
    post: (body?: unknown) => answer(app.api.post(path, body)),
    patch: (body?: unknown) => answer(app.api.patch(path, body)),
    put: (body?: unknown) => answer(app.api.put(path, body)),
    remove: (key = '') => answer(app.api.delete(`${path}${key}`)),
    shown: async () => (await app.api.get(`/plans/${plan.code}`)).body.plan,
  }
}

describe("a plan's metadata", () => {
  it('is shown only when there is a map, which may be empty', async () => {
    expect(await (await planWith()).shown()).not.toHaveProperty('metadata')
    expect((await (await planWith({})).shown()).metadata).toEqual({})
    expect((await (await planWith({ a: '1', b: null })).shown()).metadata).toEqual({ a: '1', b: null })
  })

  it('is replaced by an update of the plan, unless that says null', async () => {
    const { plan, shown } = await planWith({ a: '1' })
    await app.api.put(`/plans/${plan.code}`, { plan: { metadata: { b: '2' } } })
    expect((await shown()).metadata).toEqual({ b: '2' })
    await app.api.put(`/plans/${plan.code}`, { plan: { metadata: null } })
    expect((await shown()).metadata).toEqual({ b: '2' })
  })

  it('is replaced by POST; without a map nothing changes', async () => {
    const { post } = await planWith({ a: '1' })
    expect(await post({ metadata: { b: '2' } })).toEqual({ metadata: { b: '2' } })
    expect(await post({})).toEqual({ metadata: { b: '2' } })
    expect(await post({ metadata: {} })).toEqual({ metadata: {} })
    expect(await (await planWith()).post()).toEqual({ metadata: null })
  })

  it('is merged by PATCH and PUT; nothing is created from nothing', async () => {
    const { patch, put } = await planWith()
    expect(await patch({ metadata: {} })).toEqual({ metadata: null })
    expect(await patch({ metadata: { a: '1' } })).toEqual({ metadata: { a: '1' } })
    expect(await put({ metadata: { b: null } })).toEqual({ metadata: { a: '1', b: null } })
    expect(await patch()).toEqual({ metadata: { a: '1', b: null } })
  })

  it('is removed by key or as a whole', async () => {
    const { path, remove, shown } = await planWith({ 'a/b': '1' })
    expect(await remove('/unknown')).toEqual({ metadata: { 'a/b': '1' } })
    expect(await remove(`/${encodeURIComponent('a/b')}`)).toEqual({ metadata: {} })
    expect(await remove()).toEqual({ metadata: null })
    expect(await remove()).toEqual({ metadata: null })
    expect(await shown()).not.toHaveProperty('metadata')
    expect(await app.api.delete(`${path}/a`)).toMatchObject(notFound('metadata'))
  })

  it.each([
    [{ count: 3 }, ["value for key 'count' must be empty or a String up to 255 characters"]],
    [{ nested: { a: '1' } }, ["value for key 'nested' must be empty or a String up to 255 characters"]],
    [{ long: 'x'.repeat(256) }, ["value for key 'long' must be empty or a String up to 255 characters"]],
    [{ ['k'.repeat(101)]: 'x' }, [`key '${'k'.repeat(101)}' must be a String up to 100 characters`]],
    [
      Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, ''])),
      ['cannot have more than 50 keys'],
    ],
  ])('has limits', async (map, codes) => {
    const { path } = await planWith()
    expect(await app.api.post(path, { metadata: map })).toMatchObject(invalid({ value: codes }))
    expect(await app.api.patch(path, { metadata: map })).toMatchObject(invalid({ value: codes }))
    expect(await app.api.post('/plans', { plan: planInput({ metadata: map }) })).toMatchObject(
      invalid({ value: codes }),
    )
  })

  it('may be as large as the limits allow', async () => {
    const { post } = await planWith()
    const entries = Array.from({ length: 50 }, (_, index) => [String(index).padStart(100, 'k'), 'é'.repeat(255)])
    expect(await post({ metadata: Object.fromEntries(entries) })).toEqual({ metadata: Object.fromEntries(entries) })
  })

  it('is part of the plan: changes of the map are told, the removal of one key is not', async () => {
    const { ctx, events } = recordEvents(app.ctx)
    const { plan } = await planWith({ a: '1' })
    await metadata.deletePlanMetadataKey(ctx, plan.code, 'a')
    expect(events).toEqual([])
    await metadata.replacePlanMetadata(ctx, plan.code, { b: '2' })
    await metadata.mergePlanMetadata(ctx, plan.code, undefined)
    await metadata.deletePlanMetadata(ctx, plan.code)
    expect(events.filter(event => event.type === 'plan.updated')).toHaveLength(3)
    expect(events.filter(event => event.type === 'plan.prices_changed')).toHaveLength(3)
  })

  it('needs a plan', async () => {
    expect(await app.api.post('/plans/unknown/metadata', { metadata: {} })).toMatchObject(notFound('plan'))
  })
})
