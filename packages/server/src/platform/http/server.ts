import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import type { Logger } from 'pino'
import { parse as parseQuery } from 'qs'
import { ApiError, badRequest, notFound, payloadTooLarge } from '../errors.ts'
import { newId } from '../ids.ts'
import { storableJson } from '../validation/text.ts'

export type HttpServer = FastifyInstance

export interface HttpOptions {
  readonly log: Logger
  /** Largest accepted request body in bytes. */
  readonly bodyLimit: number
}

/**
 * The HTTP server without any route: parsing, request ids, and the one place where errors become answers.
 * Request bodies are read by the routes (`readRoot`), whose coercions the API's clients rely on; route schemas document
 * them and are not enforced by the framework.
 */
export function createHttpServer(options: HttpOptions): HttpServer {
  const app = fastify({
    loggerInstance: options.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.bodyLimit,
    genReqId: request => requestId(request.headers['x-request-id']),
    requestIdHeader: false,
    forceCloseConnections: 'idle',
    // While it closes, `/ready` says so itself, and what still arrives on open connections is answered.
    return503OnClosing: false,
    routerOptions: {
      ignoreTrailingSlash: true,
      maxParamLength: 4096,
      querystringParser: readQuery,
    },
  }).withTypeProvider<TypeBoxTypeProvider>()

  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => data => JSON.stringify(data))
  acceptLenientBodies(app)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  app.setNotFoundHandler(async () => {
    throw notFound('resource')
  })
  app.setErrorHandler(answerError)
  return app
}

/** The client's own request id when it is a reasonable header value, else a new one. */
function requestId(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[\x21-\x7e]{1,255}$/.test(header) ? header : newId()
}

/** No stored text has a NUL character, and the database refuses to be asked for one: what has one finds nothing. */
function readQuery(text: string): Record<string, unknown> {
  return parseQuery(text.replaceAll('%00', '%EF%BF%BD'), { arrayLimit: 1000, depth: 3, parameterLimit: 2000 })
}

/** JSON is the only body format; an empty body counts as absent, whatever the content type says. */
function acceptLenientBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    if (body.length === 0) return done(null, undefined)
    try {
      done(null, parseJson(body as string))
    } catch {
      done(badRequest())
    }
  })
}

// An integer of 16 digits or more may not survive as a double. It stands where a value begins: long digits in text are fine.
const LONG_NUMBER = /[:,[]\s*-?\d{16}/

// What PostgreSQL cannot hold comes escaped: NUL characters and surrogates, of which halves are no characters.
const UNSTORABLE = /\\u(0000|d[89a-f])/i

/**
 * Parses JSON. Integers keep all their digits: those a double cannot hold become raw JSON, which prints as it was sent.
 * Texts are mended, so that they can be stored: NUL characters are removed, halves of surrogate pairs become U+FFFD.
 * A `__proto__` key is data like any other in the result of JSON.parse, and is never merged into another object.
 */
export function parseJson(body: string): unknown {
  const value = LONG_NUMBER.test(body) ? parseKeepingDigits(body) : JSON.parse(body)
  return UNSTORABLE.test(body) ? storableJson(value) : value
}

function parseKeepingDigits(body: string): unknown {
  return JSON.parse(body, (_key, value, context) => {
    const source = context?.source
    const lossy =
      typeof value === 'number' && source !== undefined && /^-?\d+$/.test(source) && !Number.isSafeInteger(value)
    return lossy ? JSON.rawJSON(source) : value
  })
}

async function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const known = asApiError(error)
  if (known !== undefined) {
    if (known.at !== undefined) reply.header('weir-error-at', known.at)
    await reply.status(known.status).send(known.body)
    return
  }
  request.log.error({ err: error, requestId: request.id, method: request.method, url: request.url }, 'request failed')
  await reply.status(500).send({ status: 500, error: 'Internal Server Error' })
}

function asApiError(error: unknown): ApiError | undefined {
  if (error instanceof ApiError) return error
  const code = (error as { code?: unknown })?.code
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return payloadTooLarge()
  const status = (error as { statusCode?: unknown })?.statusCode
  return typeof status === 'number' && status >= 400 && status < 500 ? badRequest() : undefined
}
