import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { type ExpressionEvent, evaluateExpression, parseExpression } from '../../../src/metering/index.ts'
import { Decimal } from '../../../src/money/index.ts'

const EVENT: ExpressionEvent = {
  code: '77',
  timestamp: 1_735_689_600n,
  properties: {
    qty: '4.250',
    bytes: 1_536_000,
    name: 'blue',
    neg: '-7.5',
    flag: true,
    nothing: null,
    half: 0.5,
    tiny: 1e-7,
    long: JSON.rawJSON('12345678901234567890123'),
    thousand: '1e3',
    signed: '+3',
    spaced: ' 3',
    pointed: '.5',
    huge: '1e999999',
    list: [1, 'a'],
    a_1: 2,
    toString: '5',
  },
}

function evaluate(text: string, event = EVENT) {
  const expression = parseExpression(text)
  if (expression === undefined) return 'invalid'
  const evaluation = evaluateExpression(expression, event)
  return 'error' in evaluation ? { error: evaluation.error } : evaluation.value
}

describe('the value of an expression', () => {
  it.each([
    ['event.properties.qty * 3', '12.75'],
    ['ceil(event.properties.bytes / 1048576, 3)', '1.465'],
    ['round(event.properties.bytes, -4)', '1540000.0'],
    ['round(event.properties.neg)', '-8.0'],
    ['ceil(event.properties.neg)', '-7.0'],
    ['floor(event.properties.neg)', '-8.0'],
    ['2 + 3 * -2', '-4.0'],
    ['greatest(event.properties.qty, 10) - 1', '9.0'],
    ["concat(event.properties.name, '-', event.code)", 'blue-77'],
    ['event.properties.flag', 'true'],
    // precedence and order
    ['2 - 3 - 4', '-5.0'],
    ['16 / 4 / 2', '2.0'],
    ['2 * 3 + 4 * 5', '26.0'],
    ['(2 + 3) * -(4 - 5)', '5.0'],
    ['2 - -3', '5.0'],
    ['- 3 * -event.properties.a_1', '6.0'],
    [' round ( 2.5 , 0 ) ', '3.0'],
    // numbers
    ['event.timestamp', '1735689600.0'],
    ['1.500', '1.5'],
    ['007', '7.0'],
    ['0.1 + 0.2', '0.3'],
    ['1 / 8', '0.125'],
    ['1 / 3', `0.${'3'.repeat(100)}`],
    ['2 / 3', `0.${'6'.repeat(99)}7`],
    ['-2 / 3', `-0.${'6'.repeat(99)}7`],
    ['200 / 3', `66.${'6'.repeat(97)}7`],
    ['1 / 300', `0.00${'3'.repeat(100)}`],
    ['0 / 5', '0.0'],
    ['event.properties.half * 2', '1.0'],
    ['event.properties.tiny * 10', '0.000001'],
    ['event.properties.long + 1', '12345678901234567890124.0'],
    ['event.properties.thousand + 1', '1001.0'],
    ['event.properties.signed + 1', '4.0'],
    ['event.properties.toString + 1', '6.0'],
    // rounding
    ['round(2.5)', '3.0'],
    ['round(-2.5)', '-3.0'],
    ['round(2.449, 1)', '2.4'],
    ['round(2.45, 1.9)', '2.5'],
    ['ceil(-2.41, 1)', '-2.4'],
    ['floor(-2.41, 1)', '-2.5'],
    ['ceil(1201, -2)', '1300.0'],
    ['floor(1299, -2)', '1200.0'],
    ['ceil(1, -2)', '100.0'],
    ['floor(-1, -2)', '-100.0'],
    ['round(49, -2)', '0.0'],
    ['round(2, 5)', '2.0'],
    ['ROUND(1.5) + Round(1.5) + Ceil(0.1) + FLOOR(1.9)', '6.0'],
    ['least(3, 1.50, 2)', '1.5'],
    ['Greatest(3)', '3.0'],
    // text
    ["'12'", '12'],
    ["''", ''],
    ['\'a "b"\'', 'a "b"'],
    ['event.code', '77'],
    ['event.properties.nothing', ''],
    ['event.properties.spaced', ' 3'],
    ['event.properties.pointed', '.5'],
    ['event.properties.huge', '1e999999'],
    ['event.properties.list', '[1,"a"]'],
    ['event.properties.qty', '4.25'],
    ['concat(event.properties.qty)', '4.250'],
    ['concat(round(2.5), event.properties.thousand, 1.50 * 2, round(2, 2))', '310003.002.00'],
    ["concat(-1, 'x', 1 / 4, event.properties.flag)", '-1x0.25true'],
    ["CONCAT('a', CONCAT('b'))", 'ab'],
  ])('%s is %s', (text, value) => {
    expect(evaluate(text)).toBe(value)
  })

  it.each([
    ['event.code + 1', 'Expected a decimal'],
    ['event.properties.unknown', 'Variable: unknown not found'],
    ['event.properties.constructor', 'Variable: constructor not found'],
    ["-'1'", 'Expected a decimal'],
    ["round('1')", 'Expected a decimal'],
    ["round(1, 'a')", 'Expected a decimal'],
    ['least(1, event.properties.name)', 'Expected a decimal'],
    ['1 * event.properties.flag', 'Expected a decimal'],
    ['1 + event.properties.nothing', 'Expected a decimal'],
    ['1 + event.properties.pointed', 'Expected a decimal'],
    ['1 + event.properties.huge', 'Expected a decimal'],
    ['1 / 0', 'Division by zero'],
    ['1 / (event.properties.half - 0.50)', 'Division by zero'],
    ['round(1, 1000000000)', 'Number is too large'],
    [Array.from({ length: 300 }, () => 'event.properties.long').join(' * '), 'Number is too large'],
  ])('%s has none', (text, error) => {
    expect(evaluate(text)).toEqual({ error })
  })

  it.each([
    'rOund(1)',
    '1 +',
    '.5 * 2',
    'properties.qty',
    'round(1,2,3)',
    '',
    ' ',
    '1.',
    '1e3',
    '--1',
    '2 * --1',
    '1 2',
    '1\t+ 1',
    '1 +\n1',
    'round()',
    'concat()',
    'round(1,)',
    'round(1',
    '(1',
    '1)',
    "'a",
    '"a"',
    'abs(1)',
    'event',
    'event.codes',
    'event.properties',
    'event.properties.1a',
    'event.properties._a',
    'event.properties.é',
    'event.properties.a.b',
    'event.properties. a',
    'event .code',
    'Event.code',
    'qty',
    '1 ^ 2',
    '1 % 2',
    `${'('.repeat(200)}1${')'.repeat(200)}`,
  ])('%j is no expression', text => {
    expect(evaluate(text)).toBe('invalid')
  })

  it('takes sums and products of any length', () => {
    expect(evaluate(Array.from({ length: 20_000 }, () => '1').join(' + '))).toBe('20000.0')
  })
})

describe('arithmetic', () => {
  const Precise = Decimal.clone({ precision: 1000 })
  const number = fc
    .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: 0, max: 12 }))
    .map(([digits, scale]) => new Precise(digits.toString()).times(new Precise(10).pow(-scale)).toFixed())
  const event = (a: string, b: string): ExpressionEvent => ({ ...EVENT, properties: { a, b } })
  const show = (value: Decimal) => (value.isInteger() ? `${value.toFixed()}.0` : value.toFixed())

  test('is that of exact decimals', () => {
    fc.assert(
      fc.property(number, number, (a, b) => {
        const [left, right] = [new Precise(a), new Precise(b)]
        const calculate = (operator: string) =>
          evaluate(`event.properties.a ${operator} event.properties.b`, event(a, b))
        expect(calculate('+')).toBe(show(left.plus(right)))
        expect(calculate('-')).toBe(show(left.minus(right)))
        expect(calculate('*')).toBe(show(left.times(right)))
        if (!right.isZero()) expect(calculate('/')).toBe(show(left.div(right).toSignificantDigits(100)))
      }),
    )
  })

  test('rounds to the nearest, up and down', () => {
    fc.assert(
      fc.property(number, fc.integer({ min: -10, max: 15 }), (a, decimals) => {
        const rounded = (name: string) =>
          new Precise(evaluate(`${name}(event.properties.a, ${decimals})`, event(a, '0')) as string)
        const [down, nearest, up] = [rounded('floor'), rounded('round'), rounded('ceil')]
        const value = new Precise(a)
        const unit = new Precise(10).pow(-decimals)
        expect(down.lessThanOrEqualTo(value) && up.greaterThanOrEqualTo(value)).toBe(true)
        expect(up.minus(down).lessThanOrEqualTo(unit)).toBe(true)
        expect(nearest.equals(down) || nearest.equals(up)).toBe(true)
        expect(nearest.minus(value).abs().lessThanOrEqualTo(unit.div(2))).toBe(true)
        expect(nearest.mod(unit).isZero()).toBe(true)
      }),
    )
  })
})
