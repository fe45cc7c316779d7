import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface Operations {
  /** Rejects when the database does not answer. */
  pingDatabase(): Promise<void>
  /** True once the migrations are done and until the server starts shutting down. */
  isReady(): boolean
  readonly version: string
}

/** A number that is read whenever somebody looks at the metrics. */
export interface ReadGauge {
  readonly name: string
  readonly help: string
  read(): Promise<number>
}

/** `/health` (the process and its database), `/ready` (may get traffic), `/metrics` (Prometheus). No API key needed. */
export function operationRoutes(
  app: FastifyInstance,
  operations: Operations,
  gauges: readonly ReadGauge[] = [],
): Registry {
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
  for (const gauge of gauges) showGauge(registry, gauge)
  app.get(
    '/metrics',
    { schema: { hide: true }, serializerCompiler: () => text => String(text) },
    async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()),
  )
  return registry
}

/** One that cannot be read does not hide the others. */
function showGauge(registry: Registry, { name, help, read }: ReadGauge): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      this.set(await read().catch(() => Number.NaN))
    },
  })
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
