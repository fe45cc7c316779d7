import { expect, test } from 'vitest'
import { checkAgainstContract, contractChecker, readContract } from './contract.ts'
import type { Deviation } from './contract-deviations.ts'

const json = (schema: object) => ({ content: { 'application/json': { schema } } })

const document = {
  paths: {
    '/plans/{code}': {
      get: {
        responses: {
          200: json({ $ref: '#/components/schemas/Plan' }),
          404: { $ref: '#/components/responses/NotFound' },
        },
      },
      put: { responses: { 200: json({ $ref: '#/components/schemas/Plan' }) } },
    },
    '/plans/preview': { get: { responses: { 200: json({ type: 'object', required: ['preview'] }) } } },
  },
  components: {
    responses: { NotFound: json({ type: 'object', required: ['code'] }) },
    schemas: {
      Country: { type: 'string', enum: ['FR', 'US'] },
      Plan: {
        type: 'object',
        required: ['lago_id', 'amount_cents'],
        properties: {
          lago_id: { type: 'string', format: 'uuid' },
          amount_cents: { type: 'integer' },
          country: { $ref: '#/components/schemas/Country', nullable: true },
          price: { oneOf: [{ type: 'integer' }, { type: 'boolean' }] },
        },
      },
    },
  },
}

const plan = { lago_id: '0190c0de-0000-7000-8000-000000000001', amount_cents: 100 }
const checker = (deviations: Deviation[] = []) => contractChecker(document, deviations)

test('an answer as the contract has it passes, with fields that the contract does not know', () => {
  expect(checker()('GET', '/plans/gold?page=1', 200, { ...plan, country: null, added: true })).toEqual([])
})

test('a missing key, a wrong type and a malformed text are told with their places', () => {
  expect(checker()('GET', '/plans/gold', 200, { lago_id: 'gold' })).toEqual([
    "/: must have required property 'amount_cents'",
    '/lago_id: must match format "uuid"',
  ])
  expect(checker()('GET', '/plans/gold', 200, { ...plan, amount_cents: '100' })).toEqual([
    '/amount_cents: must be integer',
  ])
})

test('a nullable reference takes null and still refuses other values', () => {
  const violations = checker()('GET', '/plans/gold', 200, { ...plan, country: 'XX' })
  expect(violations).toContain('/country: must be equal to one of the allowed values (["FR","US"])')
})

test('paths are found with the prefix of the API, fixed segments before parameters', () => {
  expect(checker()('GET', '/api/v1/plans/preview', 200, {})).toEqual(["/: must have required property 'preview'"])
})

test('PATCH is checked like PUT', () => {
  expect(checker()('PATCH', '/plans/gold', 200, {})).toHaveLength(2)
})

test('shared error responses are checked', () => {
  expect(checker()('GET', '/plans/none', 404, { status: 404 })).toEqual(["/: must have required property 'code'"])
})

test('what the contract does not speak of is not checked', () => {
  expect(checker()('GET', '/test_clock', 200, {})).toEqual([])
  expect(checker()('DELETE', '/plans/gold', 200, {})).toEqual([])
  expect(checker()('GET', '/plans/gold', 429, {})).toEqual([])
})

test('a deviation excuses what it allows at its place, and nothing else', () => {
  const check = checker([{ path: '/plans/{code}', at: '/amount_cents', allows: 'decimal text', reason: 'precision' }])
  expect(check('GET', '/plans/gold', 200, { ...plan, amount_cents: '100.0' })).toEqual([])
  expect(check('GET', '/plans/gold', 200, { ...plan, amount_cents: 'much' })).toHaveLength(1)
  expect(check('GET', '/plans/gold', 200, { lago_id: plan.lago_id })).toHaveLength(1)
  const values = checker([{ path: '/**', at: '/**/country', allows: ['DE'], reason: 'forgotten' }])
  expect(values('GET', '/plans/gold', 200, { ...plan, country: 'DE' })).toEqual([])
  expect(values('GET', '/plans/gold', 200, { ...plan, country: 'XX' })).not.toEqual([])
  const missing = checker([{ path: '/plans/*', at: '/amount_cents', allows: 'no key', reason: 'not yet known' }])
  expect(missing('GET', '/plans/gold', 200, { lago_id: plan.lago_id })).toEqual([])
  expect(missing('GET', '/plans/gold', 200, { ...plan, amount_cents: null })).toHaveLength(1)
})

test('a choice of schemas is excused when its parts are', () => {
  const check = checker([{ path: '/**', at: '/price', allows: 'decimal text', reason: 'precision' }])
  expect(check('GET', '/plans/gold', 200, { ...plan, price: '1.5' })).toEqual([])
  expect(checker()('GET', '/plans/gold', 200, { ...plan, price: '1.5' })).toContain(
    '/price: must match exactly one schema in oneOf',
  )
})

const contract = readContract()

test.runIf(contract !== undefined)('every answer that the contract documents can be checked', () => {
  for (const [path, operations] of Object.entries(contract?.paths ?? {})) {
    for (const [method, { responses = {} }] of Object.entries(operations)) {
      for (const [status, response] of Object.entries(responses)) {
        if (response.$ref === undefined && response.content?.['application/json']?.schema === undefined) continue
        const violations = checkAgainstContract(method, path.replace(/\{\w+\}/g, 'x'), Number(status), null)
        expect(violations, `${method} ${path} ${status}`).not.toEqual([])
      }
    }
  }
})
