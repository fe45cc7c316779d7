import { describe, expect, it } from 'vitest'
import { isEmailList, sanitizeEmail } from '../../../src/platform/validation/email.ts'

describe('e-mail fields', () => {
  it.each([
    'billing@acme.com',
    'billing+eu@acme.co.uk',
    'josé.núñez@café.example',
    '"ada lovelace"@acme.com',
    'root@[192.168.0.1]',
    'a@b.co, c@d.co',
    'a@b.co,c@d.co',
  ])('accept %s', text => {
    expect(isEmailList(text)).toBe(true)
  })

  it.each([
    'acme.com',
    'billing@acme',
    'billing@',
    '@acme.com',
    'a@b.co,',
    ',a@b.co',
    'a@b.co;c@d.co',
    'a b@acme.com',
    'a..b@acme.com',
    'billing@-acme.com',
    'Ada <ada@acme.com>',
  ])('refuse %s', text => {
    expect(isEmailList(text)).toBe(false)
  })

  it('are cleaned of typographic dashes, invisible characters and spaces around them', () => {
    expect(sanitizeEmail('\u200b jean\u2013paul@acme\u2011.com\u00a0')).toBe('jean-paul@acme\u2011.com')
    expect(sanitizeEmail('\ufeff a\u2212b@c\u2015d.com \u200f')).toBe('a-b@c-d.com')
  })

  it('are judged in time that does not explode with their length', () => {
    const started = performance.now()
    expect(isEmailList(`${'a-'.repeat(100_000)}@${'b-'.repeat(100_000)}`)).toBe(false)
    expect(performance.now() - started).toBeLessThan(1000)
  })
})
