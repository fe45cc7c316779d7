import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  codeFromName,
  documentNumberPrefix,
  slugFromName,
  slugProblems,
  variantOfSlug,
} from '../../src/accounts/naming.ts'

describe('slugs', () => {
  it.each([
    ['Northwind Traders', 'northwind-traders'],
    ['Crème_Brûlée & Co.', 'creme-brulee-co'],
    ['Straße Øst', 'strasse-ost'],
    ['--Acme--', 'acme'],
  ])('are made from the name: %s -> %s', (name, slug) => {
    expect(slugFromName(name)).toBe(slug)
  })

  it.each(['日本', 'AB', '2024', 'Plans', ''])('are random where the name gives none: "%s"', name => {
    expect(slugFromName(name)).toMatch(/^org-[a-z0-9]{5}$/)
  })

  it('always satisfy their own rules', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), name => {
        const slug = slugFromName(name)
        expect(slugProblems(slug)).toEqual([])
        expect(slugProblems(variantOfSlug(slug))).toEqual([])
      }),
    )
  })

  it.each([
    ['', ['value_is_mandatory']],
    ['ab', ['value_is_too_short']],
    ['a'.repeat(41), ['value_is_too_long']],
    ['-acme', ['value_is_invalid']],
    ['ac_me', ['value_is_invalid']],
    ['admin', ['value_is_reserved']],
    ['12345', []],
  ])('%s: %j', (slug, codes) => {
    expect(slugProblems(slug)).toEqual(codes)
  })
})

describe('billing entity codes', () => {
  it.each([
    ['Northwind Traders', 'northwind_traders'],
    ['Société Générale', 'societe_generale'],
    ['日本 KK', '___kk'],
  ])('are made from the name: %s -> %s', (name, code) => {
    expect(codeFromName(name)).toBe(code)
  })
})

describe('document number prefixes', () => {
  it('are three letters of the name and four of the id, in upper case', () => {
    expect(documentNumberPrefix('Northwind', '0190b6a5-0000-7000-8000-0000b3c41f9a')).toBe('NOR-1F9A')
  })

  it('have at most ten characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.uuid(), (name, id) => {
        const length = [...documentNumberPrefix(name, id)].length
        expect(length).toBeGreaterThanOrEqual(5)
        expect(length).toBeLessThanOrEqual(10)
      }),
    )
  })
})
