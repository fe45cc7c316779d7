import type { FastifyInstance } from 'fastify'
import type { ResolvedConfig } from '../context.ts'
import { notFound } from '../errors.ts'
import { localFiles } from './file-store.ts'
import { type FileSignature, isFileSignature } from './file-urls.ts'

const TYPES: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  xml: 'application/xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  csv: 'text/csv; charset=utf-8',
}

interface FileRequest {
  Params: { organization: string; id: string; name: string }
  Querystring: { signature?: unknown; expires?: unknown }
}

/**
 * `/files/…`: downloads, for whoever has the signed address.
 *
 * @param nowOf the time of an organization, by which addresses of its files expire
 */
export function fileRoutes(
  app: FastifyInstance,
  config: ResolvedConfig,
  nowOf: (organizationId: string) => Promise<Temporal.Instant>,
): void {
  const files = localFiles(config.dataDir)
  app.get<FileRequest>(
    '/files/:organization/:id/:name',
    { schema: { hide: true }, serializerCompiler: () => bytes => bytes as unknown as string },
    async (request, reply) => {
      const { organization, id, name } = request.params
      const key = `${organization}/${id}/${name}`
      const given = readSignature(request.query)
      const isValid =
        isFileSignature(config, key, given) &&
        (given.expires === undefined || !isOver(given, await nowOf(organization)))
      const file = isValid ? await files.open(key) : undefined
      if (file === undefined) throw notFound('file')
      const extension = name.split('.').at(-1) ?? ''
      return reply
        .type(TYPES[extension] ?? 'application/octet-stream')
        .header('content-length', file.size)
        .header(
          'content-disposition',
          `${extension === 'csv' ? 'attachment' : 'inline'}; filename*=UTF-8''${encodeURIComponent(name)}`,
        )
        .header(
          'cache-control',
          given.expires === undefined ? 'private, max-age=31536000, immutable' : 'private, no-store',
        )
        .header('x-content-type-options', 'nosniff')
        .send(file.stream)
    },
  )
}

function readSignature({ signature, expires }: FileRequest['Querystring']): FileSignature {
  return { signature: String(signature ?? ''), expires: expires === undefined ? undefined : String(expires) }
}

function isOver({ expires }: FileSignature, now: Temporal.Instant): boolean {
  return now.epochMilliseconds >= Number(expires) * 1000
}
