import { describe, expect, it } from 'vitest'
import { priced } from './support.ts'

describe('standard charges', () => {
  it.each([
    ['12.5', '0.0333', '0.41625'],
    ['3', '0.5', '1.5'],
    ['7', '0.1234', '0.8638'],
    ['-4', '2', '-8.0'],
    ['123456789.123456', '0.000001', '123.456789123456'],
    ['3', '1e-3', '0.003'],
    ['0', '5', '0.0'],
  ])('%s units at %s cost %s', (units, amount, total) => {
    expect(priced('standard', { amount }, units)).toMatchObject({ amount: total, amountDetails: {} })
  })

  it('cost their price a unit, and nothing a unit without usage', () => {
    expect(priced('standard', { amount: '0.0333' }, '12.5').unitAmount).toBe('0.0333')
    expect(priced('standard', { amount: '0.0333' }, '0').unitAmount).toBe('0')
  })
})
