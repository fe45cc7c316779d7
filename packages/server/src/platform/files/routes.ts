import type { FastifyInstance } from 'fastify'
import type { ResolvedConfig } from '../context.ts'
import { notFound } from '../errors.ts'
import { localFiles } from './file-store.ts'
import { isFileSignature } from './file-urls.ts'

const TYPES: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  xml: 'application/xml',
  png: 'image/png',
  jpg: 'image/jpeg',
}

interface FileRequest {
  Params: { organization: string; id: string; name: string }
  Querystring: { signature?: string }
}

/** `/files/…`: downloads, for whoever has the signed address. */
export function fileRoutes(app: FastifyInstance, config: ResolvedConfig): void {
  const files = localFiles(config.dataDir)
  app.get<FileRequest>(
    '/files/:organization/:id/:name',
    { schema: { hide: true }, serializerCompiler: () => bytes => bytes as unknown as string },
    async (request, reply) => {
      const { organization, id, name } = request.params
      const key = `${organization}/${id}/${name}`
      const isSigned = isFileSignature(config, key, String(request.query.signature ?? ''))
      const bytes = isSigned ? await files.get(key) : undefined
      if (bytes === undefined) throw notFound('file')
      return reply
        .type(TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream')
        .header('content-disposition', `inline; filename*=UTF-8''${encodeURIComponent(name)}`)
        .header('cache-control', 'private, max-age=31536000, immutable')
        .header('x-content-type-options', 'nosniff')
        .send(bytes)
    },
  )
}
