import { readFileSync } from 'node:fs'
import { Ajv2020, type AnySchemaObject, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { contractDeviations, type Deviation } from './contract-deviations.ts'
import { sharedFile } from './shared.ts'

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

interface Response {
  readonly content?: { readonly 'application/json'?: { readonly schema?: AnySchemaObject } }
  readonly $ref?: string
}

export interface ContractDocument {
  readonly paths: Readonly<
    Record<string, Partial<Record<Method, { readonly responses?: Readonly<Record<string, Response>> }>>>
  >
  readonly components?: { readonly responses?: Readonly<Record<string, Response>> }
}

/** Tells how an answer breaks the contract; nothing when it does not, or when the contract does not speak of it. */
export type CheckAnswer = (method: string, path: string, status: number, body: unknown) => string[]

const METHODS: Readonly<Record<string, Method>> = {
  GET: 'get',
  POST: 'post',
  PUT: 'put',
  // Updates accept both verbs; the contract knows one of them.
  PATCH: 'put',
  DELETE: 'delete',
}

/**
 * Checks an answer of the API against the wire contract, except where a listed deviation excuses it.
 *
 * @param path the path below `/api/v1` (with or without it), with its query
 * @returns one line a violation: where in the body, and what is wrong there
 */
export const checkAgainstContract: CheckAnswer = (method, path, status, body) => {
  check ??= loadChecker()
  return check(method, path, status, body)
}

let check: CheckAnswer | undefined

function loadChecker(): CheckAnswer {
  const contract = readContract()
  if (contract !== undefined) return contractChecker(contract, contractDeviations)
  process.stderr.write('The contract (shared/contract/openapi.json) is not here: answers are not checked against it.\n')
  return () => []
}

/** The wire contract; undefined where it is not at hand. */
export function readContract(): ContractDocument | undefined {
  const file = sharedFile('contract/openapi.json')
  return file === undefined ? undefined : JSON.parse(readFileSync(file, 'utf8'))
}

/** A checker for any OpenAPI 3.1 document. Each schema is compiled at its first use. */
export function contractChecker(document: ContractDocument, deviations: readonly Deviation[]): CheckAnswer {
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    verbose: true,
    formats: FORMATS,
    logger: false,
    validateSchema: false,
  })
  ajv.addSchema(withNullables(document) as AnySchemaObject, 'contract')
  const templates = Object.keys(document.paths).map(path => ({ path, segments: path.split('/') }))
  const validators = new Map<string, ValidateFunction>()
  const deviationsOf = new Map<string, Deviation[]>()

  return (method, path, status, body) => {
    const pathname = path.replace(/[?#].*$/, '').replace(/^\/api\/v1(?=\/)/, '')
    const template = findTemplate(templates, pathname)
    if (template === undefined) return []
    const pointer = schemaPointer(document, template, method, String(status))
    if (pointer === undefined) return []
    const validate = validators.get(pointer) ?? ajv.compile({ $ref: `contract#${encodeURI(pointer)}` })
    validators.set(pointer, validate)
    if (validate(body)) return []
    const excuses = deviationsOf.getOrInsertComputed(template, () =>
      deviations.filter(each => matches(each.path, template)),
    )
    return unexcused(validate.errors ?? [], excuses).map(describe)
  }
}

/** The template that a path fits; fixed segments go before parameters. */
function findTemplate(templates: readonly { path: string; segments: string[] }[], path: string): string | undefined {
  const segments = path.replace(/\/$/, '').split('/')
  const fits = templates.filter(
    template =>
      template.segments.length === segments.length &&
      template.segments.every((segment, index) => isParameter(segment) || segment === segments[index]),
  )
  const parameters = (template: { segments: string[] }) => template.segments.filter(isParameter).length
  return fits.sort((a, b) => parameters(a) - parameters(b))[0]?.path
}

function isParameter(segment: string): boolean {
  return segment.startsWith('{')
}

/** Where the schema of a JSON answer stands in the document; undefined when none is documented. */
function schemaPointer(
  document: ContractDocument,
  template: string,
  method: string,
  status: string,
): string | undefined {
  const operations = document.paths[template]
  const wanted = METHODS[method.toUpperCase()]
  const verb = method.toUpperCase() === 'PATCH' && operations?.patch !== undefined ? 'patch' : wanted
  const response = verb === undefined ? undefined : operations?.[verb]?.responses?.[status]
  if (verb === undefined || response === undefined) return undefined
  const shared = response.$ref?.replace('#/components/responses/', '')
  const resolved = shared === undefined ? response : document.components?.responses?.[shared]
  if (resolved?.content?.['application/json']?.schema === undefined) return undefined
  const steps =
    shared === undefined ? ['paths', template, verb, 'responses', status] : ['components', 'responses', shared]
  return [...steps, 'content', 'application/json', 'schema'].map(step => `/${escapePointer(step)}`).join('')
}

function escapePointer(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** OpenAPI 3.0's `nullable: true`, which JSON Schema does not know, becomes a choice of the schema and null. */
function withNullables(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNullables)
  if (typeof value !== 'object' || value === null) return value
  const copy = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withNullables(item)]))
  if (copy.nullable !== true) return copy
  const { nullable: _, ...schema } = copy
  return { anyOf: [schema, { type: 'null' }] }
}

const COMPOSITE = new Set(['anyOf', 'oneOf', 'if'])

/**
 * The errors that no deviation excuses. A choice between schemas fails as a whole besides its parts: it is excused when
 * each of its parts is.
 */
function unexcused(errors: readonly ErrorObject[], deviations: readonly Deviation[]): ErrorObject[] {
  const isExcused = (error: ErrorObject) => deviations.some(each => excuses(each, error))
  const parts = errors.filter(error => !COMPOSITE.has(error.keyword))
  const left = parts.filter(error => !isExcused(error))
  const isWithin = (part: ErrorObject, whole: ErrorObject) =>
    part.instancePath === whole.instancePath || part.instancePath.startsWith(`${whole.instancePath}/`)
  const choices = errors.filter(
    error =>
      COMPOSITE.has(error.keyword) &&
      !isExcused(error) &&
      (left.some(part => isWithin(part, error)) || !parts.some(part => isWithin(part, error))),
  )
  return [...left, ...choices]
}

function excuses(deviation: Deviation, error: ErrorObject): boolean {
  if (!matches(deviation.at, locate(error))) return false
  const isMissing = error.keyword === 'required'
  if (deviation.allows === 'no key') return isMissing
  if (deviation.allows === 'anything') return !isMissing
  if (deviation.allows === 'decimal text') return typeof error.data === 'string' && /^-?\d+(\.\d+)?$/.test(error.data)
  return !isMissing && deviation.allows.includes(error.data)
}

/** The place of an error in the body; of a missing key, the place where the key should be. */
function locate(error: ErrorObject): string {
  return error.keyword === 'required'
    ? `${error.instancePath}/${error.params.missingProperty as string}`
    : error.instancePath
}

function describe(error: ErrorObject): string {
  const detail = error.keyword === 'enum' ? ` (${JSON.stringify(error.params.allowedValues).slice(0, 200)})` : ''
  return `${error.instancePath || '/'}: ${error.message}${detail}`
}

const expressions = new Map<string, RegExp>()

/** `*` stands for any one step of a path, `**` for any number of them. */
function matches(pattern: string, path: string): boolean {
  return expressions.getOrInsertComputed(pattern, expressionOf).test(path)
}

function expressionOf(pattern: string): RegExp {
  const expression = pattern
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/\/\*\*/g, '(?:/.*)?')
    .replace(/(?<!\.)\*/g, '[^/]*')
  return new RegExp(`^${expression}$`)
}

const FORMATS: Record<string, true | RegExp | ((value: string) => boolean)> = {
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  date: text => parses(() => Temporal.PlainDate.from(text)) && /^\d{4}-\d{2}-\d{2}$/.test(text),
  'date-time': text => parses(() => Temporal.Instant.from(text)),
  // Several addresses may stand in one field.
  email: /^[^@\s]+@[^@\s]+$/m,
  uri: text => URL.canParse(text),
  int32: true,
  object: true,
  '^[0-9]+.?[0-9]*$': true,
}

function parses(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch {
    return false
  }
}
