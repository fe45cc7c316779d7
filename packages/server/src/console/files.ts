import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { notFound } from '../platform/errors.ts'
import { BUILT_CONSOLE, type ConsoleBuild } from './build.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}
const COMPRESSED = new Set(['.html', '.js', '.css', '.svg'])

/**
 * Scripts come from this server alone and none stands in a page. Styles may: the dialogs' library makes some as it runs.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

interface Asset {
  readonly type: string
  readonly bytes: Buffer
  readonly brotli: Buffer | undefined
}

const compress = promisify(brotliCompress)

/** The pages of the console at `/` and under `/app`, and their files under `/console`. */
export function consoleFiles(app: FastifyInstance, build: ConsoleBuild): void {
  let loading: Promise<ReadonlyMap<string, Asset>> | undefined
  const assets = () => {
    loading ??= loadAssets()
    return loading
  }
  const options = { schema: { hide: true }, serializerCompiler: () => (bytes: unknown) => bytes as string }

  const page = async (request: FastifyRequest, reply: FastifyReply) => {
    reply.headers({
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-cache',
    })
    if (build.outcome !== 'ready') return sendNotice(reply, build)
    return sendAsset(request, reply, (await assets()).get('index.html'))
  }
  app.get('/', options, page)
  app.get('/app', options, page)
  app.get('/app/*', options, page)

  app.get<{ Params: { '*': string } }>('/console/files/*', options, async (request, reply) => {
    const name = request.params['*']
    const asset = build.outcome === 'ready' && name !== 'index.html' ? (await assets()).get(name) : undefined
    // The names of built files carry a hash of what is in them.
    const isHashed = name.startsWith('assets/')
    reply.headers({
      'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'public, max-age=3600',
      'x-content-type-options': 'nosniff',
    })
    return sendAsset(request, reply, asset)
  })
}

function sendAsset(request: FastifyRequest, reply: FastifyReply, asset: Asset | undefined): FastifyReply {
  if (asset === undefined) throw notFound('file')
  reply.type(asset.type).header('vary', 'accept-encoding')
  const takesBrotli = request.headers['accept-encoding']?.includes('br') === true
  if (asset.brotli === undefined || !takesBrotli) return reply.send(asset.bytes)
  return reply.header('content-encoding', 'br').send(asset.brotli)
}

function sendNotice(reply: FastifyReply, build: ConsoleBuild): FastifyReply {
  const [title, text] =
    build.outcome === undefined
      ? ['Building the console', 'This takes a few seconds after an update. The page loads by itself; the API is up.']
      : ['The console could not be built', 'The log of the server says why. The API is up.']
  const refresh = build.outcome === undefined ? '<meta http-equiv="refresh" content="1">' : ''
  return reply
    .status(503)
    .header('retry-after', '1')
    .type(TYPES['.html'] ?? '')
    .send(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Weir</title>${refresh}
<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1.5rem}</style>
</head><body><h1>${title}</h1><p>${text}</p></body></html>`)
}

async function loadAssets(): Promise<ReadonlyMap<string, Asset>> {
  const entries = await readdir(BUILT_CONSOLE, { recursive: true, withFileTypes: true })
  const files = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  const loaded = files.map(async file => {
    const extension = extname(file)
    const bytes = await readFile(file)
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }
    const brotli = COMPRESSED.has(extension) ? await compress(bytes, quality) : undefined
    const asset: Asset = { type: TYPES[extension] ?? 'application/octet-stream', bytes, brotli }
    return [relative(BUILT_CONSOLE, file), asset] as const
  })
  return new Map(await Promise.all(loaded))
}
