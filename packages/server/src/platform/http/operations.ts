import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'

export interface Operations {
  /** Rejects when the database does not answer. */
  pingDatabase(): Promise<void>
  /** True once the migrations are done and until the server starts shutting down. */
  isReady(): boolean
  readonly version: string
}

/** `/health` (the process and its database), `/ready` (may get traffic), `/metrics` (Prometheus). No API key needed. */
export function operationRoutes(app: FastifyInstance, operations: Operations): Registry {
  const about = { version: operations.version, github_url: 'https://github.com/weir-billing/weir' }

  app.get('/health', { schema: { hide: true } }, async (_request, reply) => {
    try {
      await operations.pingDatabase()
      return { ...about, message: 'Success' }
    } catch {
      return reply.status(500).send({ ...about, message: 'Unhealthy', details: 'the database does not answer' })
    }
  })

  app.get('/ready', { schema: { hide: true } }, async (_request, reply) => {
    if (!operations.isReady()) return reply.status(503).send({ status: 'shutting down' })
    try {
      await operations.pingDatabase()
      return { status: 'ok' }
    } catch {
      return reply.status(503).send({ status: 'database unreachable' })
    }
  })

  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  measureRequests(app, registry)
  app.get(
    '/metrics',
    { schema: { hide: true }, serializerCompiler: () => text => String(text) },
    async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()),
  )
  return registry
}

function measureRequests(app: FastifyInstance, registry: Registry): void {
  const duration = new Histogram({
    name: 'weir_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last byte of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown'
    duration.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000)
  })
}
