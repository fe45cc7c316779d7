import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'

let app: TestApp
let sequence = 0

beforeAll(async () => {
  app = await startTestApp()
  await app.setClock('2026-03-15T12:00:00.654321Z')
})
afterAll(() => app.stop())

/** An event that is fine, with what the test is about. */
function event(fields: Record<string, unknown> = {}) {
  sequence += 1
  return { transaction_id: `t${sequence}`, external_subscription_id: 'sub', code: 'calls', ...fields }
}

const send = (fields: Record<string, unknown> = {}) => app.api.post('/events', { event: event(fields) })

/** Sends and reads back, as text: what a JavaScript number would hide is seen. */
async function roundTrip(body: string, transactionId: string): Promise<{ answered: string; stored: string }> {
  const headers = { authorization: `Bearer ${app.api.apiKey}` }
  const url = `${app.api.url}/api/v1/events`
  const answered = await fetch(url, { method: 'POST', headers, body })
  const stored = await fetch(`${url}/${encodeURIComponent(transactionId)}`, { headers })
  return { answered: await answered.text(), stored: await stored.text() }
}

describe('an event that is sent', () => {
  it('is answered as it is stored', async () => {
    const { status, body } = await app.api.post('/events', {
      event: {
        transaction_id: 'first',
        external_subscription_id: 'nobody-yet',
        code: 'unknown-yet',
        timestamp: 1_700_000_000.125,
        precise_total_amount_cents: '123.45',
        properties: { gb: 10, region: 'eu' },
        external_customer_id: 'ignored',
      },
    })
    expect(status).toBe(200)
    expect(body).toEqual({
      event: {
        lago_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        transaction_id: 'first',
        lago_customer_id: null,
        code: 'unknown-yet',
        timestamp: '2023-11-14T22:13:20.125Z',
        precise_total_amount_cents: '123.45',
        properties: { gb: 10, region: 'eu' },
        lago_subscription_id: null,
        external_subscription_id: 'nobody-yet',
        created_at: '2026-03-15T12:00:00Z',
      },
    })
    expect((await app.api.get('/events/first')).body).toEqual(body)
  })

  it('is sent by the official client', async () => {
    const { data } = await app.client.events.createEvent({
      event: { transaction_id: 'sdk', external_subscription_id: 'sub', code: 'calls', properties: { n: 1 } },
    })
    expect(data.event).toMatchObject({ transaction_id: 'sdk', properties: { n: 1 } })
    const found = await app.client.events.findEvent('sdk')
    expect(found.data).toEqual(data)
  })

  it.each([
    ['an integer', 1_700_000_000, '2023-11-14T22:13:20.000Z'],
    ['a fraction', 1_700_000_000.1239, '2023-11-14T22:13:20.123Z'],
    ['text', '1700000000.125', '2023-11-14T22:13:20.125Z'],
    ['text with an exponent', '1.7e9', '2023-11-14T22:13:20.000Z'],
    ['text with space and separators', ' 1_700_000_000 ', '2023-11-14T22:13:20.000Z'],
    ['the far future', 253_402_300_800, '+010000-01-01T00:00:00.000Z'],
    ['the distant past', -62_135_596_801, '0000-12-31T23:59:59.000Z'],
    ['null: the time of reception', null, '2026-03-15T12:00:00.654Z'],
    ['absent: the time of reception', undefined, '2026-03-15T12:00:00.654Z'],
    ['a list, which counts as absent', [1], '2026-03-15T12:00:00.654Z'],
    ['an object, which counts as absent', { at: 1 }, '2026-03-15T12:00:00.654Z'],
  ])('has a timestamp that is %s', async (_, timestamp, expected) => {
    const { body } = await send({ timestamp })
    expect(body.event.timestamp).toBe(expected)
    expect((await app.api.get(`/events/${body.event.transaction_id}`)).body).toEqual(body)
  })

  it.each(['2024-01-01T00:00:00Z', '', 'soon', true, '12abc', 1e30, '9'.repeat(20)])(
    'is refused with the timestamp %j',
    async timestamp => {
      const { status, body } = await send({ timestamp, code: '' })
      expect(status).toBe(422)
      expect(body).toEqual({
        status: 422,
        error: 'Unprocessable Entity',
        code: 'validation_errors',
        error_details: { timestamp: ['invalid_format'] },
      })
    },
  )

  it.each([
    [{ transaction_id: '' }, { transaction_id: ['value_is_mandatory'] }],
    [{ transaction_id: ' \t' }, { transaction_id: ['value_is_mandatory'] }],
    [{ transaction_id: '\0' }, { transaction_id: ['value_is_mandatory'] }],
    [{ transaction_id: null }, { transaction_id: ['value_is_mandatory'] }],
    [{ transaction_id: ['x'] }, { transaction_id: ['value_is_mandatory'] }],
    [{ code: undefined }, { code: ['value_is_mandatory'] }],
    [
      { transaction_id: undefined, code: undefined },
      { transaction_id: ['value_is_mandatory'], code: ['value_is_mandatory'] },
    ],
    [{ transaction_id: 'é'.repeat(601) }, { transaction_id: ['value_is_too_long'] }],
    [{ external_subscription_id: 'x'.repeat(1201) }, { external_subscription_id: ['value_is_too_long'] }],
    [{ precise_total_amount_cents: '1e25' }, { precise_total_amount_cents: ['value_is_out_of_range'] }],
  ])('is refused with %j', async (fields, details) => {
    const { status, body } = await send(fields)
    expect(status).toBe(422)
    expect(body.error_details).toEqual(details)
  })

  it.each([undefined, null, {}, [], '', 'text', 3])('is refused when the event itself is %j', async root => {
    const { status, body } = await app.api.post('/events', { event: root })
    expect({ status, body }).toEqual({
      status: 400,
      body: { status: 400, error: 'BadRequest: param is missing or the value is empty or invalid: event' },
    })
  })

  it('may be identified by numbers, by long texts, and in any script', async () => {
    expect((await send({ transaction_id: 42, code: 7 })).body.event).toMatchObject({ transaction_id: '42', code: '7' })
    for (const id of ['x'.repeat(1200), 'événement-⚡-日本', 'a/b.c(d)?e#f%20 g']) {
      const { status, body } = await send({ transaction_id: id, external_subscription_id: id, code: id })
      expect(status).toBe(200)
      expect((await app.api.get(`/events/${encodeURIComponent(id)}`)).body).toEqual(body)
    }
  })

  it.each([
    ['null', null],
    ['text', 'x'],
    ['a list', [1]],
    ['absent', undefined],
  ])('has no properties when they are %s', async (_, properties) => {
    expect((await send({ properties })).body.event.properties).toEqual({})
  })

  it('keeps the digits of large integers and the types of all values', async () => {
    const properties =
      '{"big":123456789012345678901234567890,"negative":-98765432109876543210,"text":"0012.50","yes":true,"none":null,"list":[1,{"a":12345678901234567890}]}'
    const body = `{"event":{"transaction_id":"digits","external_subscription_id":"sub","code":"c","timestamp":1700000000,"properties":${properties}}}`
    const { answered, stored } = await roundTrip(body, 'digits')
    for (const text of [answered, stored]) {
      expect(text).toContain('123456789012345678901234567890')
      expect(text).toContain('-98765432109876543210')
      expect(text).toContain('12345678901234567890')
      expect(JSON.parse(text).event.properties).toMatchObject({ text: '0012.50', yes: true, none: null })
    }
  })

  it('is freed of characters that cannot be stored', async () => {
    const { body } = await send({
      transaction_id: 'nul\0-and-\ud800',
      properties: { 'k\0ey': 'a\0b\u0001', nested: [{ half: 'x\udc00y' }], whole: '😀' },
    })
    expect(body.event.transaction_id).toBe('nul-and-\ufffd')
    expect(body.event.properties).toEqual({ key: 'ab\u0001', nested: [{ half: 'x\ufffdy' }], whole: '😀' })
    expect((await app.api.get(`/events/${encodeURIComponent('nul-and-\ufffd')}`)).body).toEqual(body)
  })

  it('is refused alone when its properties cannot be stored', async () => {
    const deep = `${'['.repeat(3000)}1${']'.repeat(3000)}`
    const long = '9'.repeat(200_000)
    for (const value of [deep, long]) {
      const body = `{"event":{"transaction_id":"odd","code":"c","properties":{"value":${value}}}}`
      const answer = await app.api.post('/events', body)
      expect(answer.status).toBe(422)
      expect(answer.body.error_details).toEqual({ properties: ['value_is_invalid'] })
    }
  })

  it.each([
    ['123.45', '123.45'],
    [100, '100.0'],
    ['12abc', '12.0'],
    ['words', '0.0'],
    ['', null],
    [null, null],
    [{}, null],
  ])('has the precise amount %j, answered as %j', async (sent, expected) => {
    const { body } = await send({ precise_total_amount_cents: sent })
    expect(body.event.precise_total_amount_cents).toBe(expected)
    expect((await app.api.get(`/events/${body.event.transaction_id}`)).body).toEqual(body)
  })
})

describe('an event that is sent again', () => {
  const exists = { status: 422, body: { error_details: { transaction_id: ['value_already_exist'] } } }

  it('is refused, and changes nothing, whatever else it says', async () => {
    const { body } = await send({ transaction_id: 'again', properties: { n: 1 } })
    expect(await send({ transaction_id: 'again', code: 'other', timestamp: 1, properties: { n: 2 } })).toMatchObject(
      exists,
    )
    expect((await app.api.get('/events/again')).body).toEqual(body)
  })

  it('is another event under another subscription, and always without one', async () => {
    for (const external_subscription_id of ['sub', 'sub2', null, null]) {
      expect((await send({ transaction_id: 'shared', external_subscription_id })).status).toBe(200)
    }
    expect(await send({ transaction_id: 'shared', external_subscription_id: 'sub2' })).toMatchObject(exists)
  })

  it('is another event in another organization', async () => {
    const other = await app.newOrganization()
    await send({ transaction_id: 'ours' })
    const theirs = { transaction_id: 'ours', external_subscription_id: 'sub', code: 'calls' }
    expect((await other.api.get('/events/ours')).body.code).toBe('event_not_found')
    expect((await other.api.post('/events', { event: theirs })).status).toBe(200)
  })

  it('is stored once when fifty copies arrive at the same time', async () => {
    const copy = { event: event({ transaction_id: 'fifty' }) }
    const answers = await Promise.all(Array.from({ length: 50 }, () => app.api.post('/events', copy)))
    expect(answers.filter(answer => answer.status === 200)).toHaveLength(1)
    expect(answers.filter(answer => answer.status === 422)).toHaveLength(49)
    expect(
      (await app.api.get('/events?code=calls&external_subscription_id=sub&per_page=500')).body.events.filter(
        (stored: { transaction_id: string }) => stored.transaction_id === 'fifty',
      ),
    ).toHaveLength(1)
  })

  it('does not disturb the different events that arrive with it', async () => {
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, index) => send({ transaction_id: `crowd-${index % 200}` })),
    )
    expect(answers.filter(answer => answer.status === 200)).toHaveLength(200)
    expect(answers.filter(answer => answer.status === 422)).toHaveLength(100)
  })
})

describe('an API key for events', () => {
  it('needs the permission to write them', async () => {
    const { createApiKey } = await import('../../src/accounts/index.ts')
    const { createApi } = await import('../support/app.ts')
    const { value } = await createApiKey(app.ctx, { permissions: { event: ['read'] } })
    const api = createApi(app.api.url, value)
    expect((await api.post('/events', {})).body.code).toBe('write_action_not_allowed_for_event')
    expect((await api.get('/events')).status).toBe(200)
  })
})
