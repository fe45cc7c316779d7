import { type ExactNumber, parseNumber } from './exact-number.ts'

export type Operator = '+' | '-' | '*' | '/'

export const FUNCTIONS = ['ceil', 'concat', 'round', 'floor', 'least', 'greatest'] as const
export type FunctionName = (typeof FUNCTIONS)[number]

/** What an expression says, ready to be evaluated. A sum or product is a list, so that a long one is not a deep one. */
export type Expression =
  | { readonly kind: 'number'; readonly value: ExactNumber }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'code' }
  | { readonly kind: 'timestamp' }
  | { readonly kind: 'property'; readonly name: string }
  | { readonly kind: 'negation'; readonly operand: Expression }
  | { readonly kind: 'operations'; readonly first: Expression; readonly rest: readonly Operation[] }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly operands: readonly Expression[] }

export interface Operation {
  readonly operator: Operator
  readonly operand: Expression
}

const DEEPEST_NESTING = 100
const ROUNDING = new Set<FunctionName>(['round', 'ceil', 'floor'])
/** Each name in lower case, in upper case, and with a capital. */
const NAMES = new Map<string, FunctionName>(
  FUNCTIONS.flatMap((name): [string, FunctionName][] => [
    [name, name],
    [name.toUpperCase(), name],
    [name.charAt(0).toUpperCase() + name.slice(1), name],
  ]),
)

const SPACES = / */y
const NAME = /[A-Za-z]+/y
const PROPERTY = /event\.properties\.([A-Za-z][A-Za-z0-9_]*)/y
const VARIABLE = /event\.(code|timestamp)/y
const NUMBER = /[0-9]+(?:\.[0-9]+)?/y
const TEXT = /'([^']*)'/y

/**
 * Parses an expression over an event: numbers, texts in single quotes, `event.code`, `event.timestamp`,
 * `event.properties.x`, `+ - * /`, one unary minus, parentheses, and `ceil`, `floor`, `round`, `concat`, `least`,
 * `greatest`. Between tokens there may be spaces, and nothing else.
 *
 * @returns undefined for text that is no expression, or is nested more than 100 levels deep
 * @example parseExpression('ceil(event.properties.bytes / 1048576, 3)')
 */
export function parseExpression(text: string): Expression | undefined {
  const parser = new Parser(text)
  const expression = parser.expression()
  return expression !== undefined && parser.isAtEnd() ? expression : undefined
}

/** Reads from left to right; each method reads what it is named after, or gives undefined when something else is there. */
class Parser {
  readonly #text: string
  #place = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
    this.#match(SPACES)
  }

  isAtEnd(): boolean {
    return this.#place === this.#text.length
  }

  expression(): Expression | undefined {
    if (this.#depth === DEEPEST_NESTING) return undefined
    this.#depth += 1
    const sum = this.#operations(['+', '-'], () => this.#operations(['*', '/'], () => this.#atom()))
    this.#depth -= 1
    return sum
  }

  /** Operands of equal rank, from left to right. */
  #operations(operators: readonly Operator[], operand: () => Expression | undefined): Expression | undefined {
    const first = operand()
    if (first === undefined) return undefined
    const rest: Operation[] = []
    for (;;) {
      const operator = operators.find(symbol => this.#token(symbol))
      if (operator === undefined) return rest.length === 0 ? first : { kind: 'operations', first, rest }
      const next = operand()
      if (next === undefined) return undefined
      rest.push({ operator, operand: next })
    }
  }

  #atom(): Expression | undefined {
    if (!this.#token('-')) return this.#primary()
    const operand = this.#primary()
    return operand && { kind: 'negation', operand }
  }

  #primary(): Expression | undefined {
    if (this.#token('(')) {
      const inner = this.expression()
      return inner !== undefined && this.#token(')') ? inner : undefined
    }
    const property = this.#match(PROPERTY)
    if (property !== undefined) return { kind: 'property', name: property[1] ?? '' }
    const variable = this.#match(VARIABLE)
    if (variable !== undefined) return { kind: variable[1] === 'code' ? 'code' : 'timestamp' }
    const text = this.#match(TEXT)
    if (text !== undefined) return { kind: 'text', value: text[1] ?? '' }
    const number = this.#match(NUMBER)
    if (number !== undefined) return literal(number[0])
    return this.#call()
  }

  #call(): Expression | undefined {
    const name = NAMES.get(this.#match(NAME)?.[0] ?? '')
    if (name === undefined || !this.#token('(')) return undefined
    const operands: Expression[] = []
    do {
      const operand = this.expression()
      if (operand === undefined) return undefined
      operands.push(operand)
    } while (this.#token(','))
    if (!this.#token(')') || (ROUNDING.has(name) && operands.length > 2)) return undefined
    return { kind: 'call', name, operands }
  }

  #token(symbol: string): boolean {
    if (!this.#text.startsWith(symbol, this.#place)) return false
    this.#place += symbol.length
    this.#match(SPACES)
    return true
  }

  /** Takes what the pattern describes, and the spaces after it. */
  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#place
    const match = pattern.exec(this.#text)
    if (match === null) return undefined
    this.#place += match[0].length
    if (pattern !== SPACES) this.#match(SPACES)
    return match
  }
}

function literal(text: string): Expression | undefined {
  const value = parseNumber(text)
  return value && { kind: 'number', value }
}
