import { describe, expect, it } from 'vitest'
import {
  decideEuTax,
  EU_COUNTRIES,
  euTaxes,
  minutesBeforeNextCheck,
  parseVatNumber,
  taxByCountry,
  taxOfBusiness,
} from '../../src/eu-vat/index.ts'

const sale = (
  customerCountry: string | null,
  zipcode: string | null,
  taxNumber: string | null,
  sellerCountry = 'FR',
) => ({
  customerCountry,
  zipcode,
  taxNumber,
  sellerCountry,
})

describe('the tax of a sale', () => {
  it.each([
    ['FR', '69002', null, 'lago_eu_fr_standard'],
    [null, null, null, 'lago_eu_fr_standard'],
    ['BR', '01310', null, 'lago_eu_tax_exempt'],
    ['DE', '50667', null, 'lago_eu_de_standard'],
    ['ES', '38 010', null, 'lago_eu_es_exception_canary_islands'],
    ['FR', '97430', null, 'lago_eu_fr_standard'],
    ['FR', '97430', 'no number', 'check'],
    ['FR', '97430', 'FR40303265045', 'lago_eu_fr_exception_reunion'],
    ['SE', '11455', 'SE556188840401', 'check'],
    ['FR', '33000', 'FR40303265045', 'check'],
    ['BR', '01310', '12.345.678', 'check'],
    // Territories come before any number.
    ['DE', '78266', 'DE123456789', 'lago_eu_de_exception_busingen_am_hochrhein'],
    ['IT', '22061', null, 'lago_eu_it_exception_campione_d_italia'],
    ['GR', '63086', null, 'lago_eu_gr_exception_mount_athos'],
    ['PT', '9600-549', null, 'lago_eu_pt_exception_azores'],
    ['FI', '22100', null, 'lago_eu_fi_exception_aland_islands'],
    ['AT', 'A-6992', null, 'lago_eu_at_exception_mittelberg'],
    // The zip codes of territories of other states do not count.
    ['BE', '97430', null, 'lago_eu_be_standard'],
    [null, '35001', null, 'lago_eu_fr_standard'],
    ['DE', null, ' ', 'lago_eu_de_standard'],
  ])('of a customer in %s %s with the number %s is %s', (country, zip, number, expected) => {
    const decision = decideEuTax(sale(country, zip, number))
    expect(decision.kind === 'check' ? 'check' : decision.code).toBe(expected)
  })

  it.each([
    ['SE', sale('SE', '11455', 'x'), 'lago_eu_reverse_charge'],
    ['FR', sale('FR', '33000', 'x'), 'lago_eu_fr_standard'],
    ['FR', sale('BR', '97430', 'x'), 'lago_eu_fr_exception_reunion'],
    // The zip code is taken as it is stored.
    ['FR', sale('BR', '97 430', 'x'), 'lago_eu_fr_standard'],
    ['EL', sale('GR', null, 'x', 'GR'), 'lago_eu_gr_standard'],
    ['EL', sale('GR', null, 'x'), 'lago_eu_reverse_charge'],
    ['XI', sale('GB', null, 'x'), 'lago_eu_reverse_charge'],
  ])('of a business with a valid number of %s is found', (country, of, expected) => {
    expect(taxOfBusiness(of, country)).toBe(expected)
  })

  it('of a customer whose number is not valid is that of where it is', () => {
    expect(taxByCountry(sale('SE', '11455', 'x'))).toBe('lago_eu_se_standard')
    expect(taxByCountry(sale('US', null, 'x'))).toBe('lago_eu_tax_exempt')
    expect(taxByCountry(sale(null, null, 'x'))).toBe('lago_eu_fr_standard')
  })
})

describe('the taxes of the union', () => {
  const on = (day: string) => new Map(euTaxes(Temporal.PlainDate.from(day)).map(tax => [tax.code, tax]))

  it('are one a state, one a territory and two more', () => {
    expect(EU_COUNTRIES).toHaveLength(27)
    const taxes = on('2026-01-01')
    expect(taxes.size).toBe(27 + 18 + 2)
    expect(taxes.get('lago_eu_de_exception_busingen_am_hochrhein')).toEqual({
      code: 'lago_eu_de_exception_busingen_am_hochrhein',
      name: 'DE Büsingen am Hochrhein Standard',
      rate: 0,
    })
    expect(taxes.get('lago_eu_reverse_charge')).toMatchObject({ name: 'Reverse Charge', rate: 0 })
    expect(taxes.get('lago_eu_hu_standard')).toMatchObject({ name: 'HU Standard', rate: 27 })
  })

  it.each([
    ['ee', '2025-06-30', 22, '2025-07-01', 24],
    ['fi', '2024-08-31', 24, '2024-09-01', 25.5],
    ['lu', '2023-12-31', 16, '2024-01-01', 17],
    ['ro', '2025-07-31', 19, '2025-08-01', 21],
    ['sk', '2024-12-31', 20, '2025-01-01', 23],
  ])('have the rates of the day in %s', (country, before, old, from, rate) => {
    expect(on(before).get(`lago_eu_${country}_standard`)?.rate).toBe(old)
    expect(on(from).get(`lago_eu_${country}_standard`)?.rate).toBe(rate)
  })
})

describe('a VAT number', () => {
  it.each([
    ['FR40303265045', 'FR', '40303265045'],
    ['fr 40 303.265-045', 'FR', '40303265045'],
    ['ATU12345678', 'AT', 'U12345678'],
    ['EL123456789', 'EL', '123456789'],
    ['NL123456789B01', 'NL', '123456789B01'],
    ['IE6388047V', 'IE', '6388047V'],
    ['ESB12345678', 'ES', 'B12345678'],
    ['XI123456789', 'XI', '123456789'],
  ])('%s is well formed', (text, countryCode, number) => {
    expect(parseVatNumber(text)).toEqual({ countryCode, number })
  })

  it.each(['', 'FR', 'FR1234', 'GB123456789', '40303265045', 'DE12345678', 'SE55618884040', 'GR123456789'])(
    '%j is not',
    text => {
      expect(parseVatNumber(text)).toBeUndefined()
    },
  )

  it('is asked for again later and later', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 50].map(minutesBeforeNextCheck)).toEqual([5, 5, 10, 20, 40, 60, 60, 60])
  })
})
