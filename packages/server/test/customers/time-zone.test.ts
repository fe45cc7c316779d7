import { expect, it } from 'vitest'
import { applicableTimeZone } from '../../src/customers/index.ts'

it('a customer lives in its own time zone, else in its billing entity’s, else in UTC', () => {
  expect(applicableTimeZone({ timezone: 'Asia/Tokyo' }, { timezone: 'Europe/Paris' })).toBe('Asia/Tokyo')
  expect(applicableTimeZone({ timezone: null }, { timezone: 'Europe/Paris' })).toBe('Europe/Paris')
  expect(applicableTimeZone({ timezone: ' ' }, { timezone: '' })).toBe('UTC')
})
