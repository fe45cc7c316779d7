import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Ctx } from '../platform/context.ts'
import { validation } from '../platform/errors.ts'
import { Input, isBlank, Nullable, readRoot } from '../platform/http/input.ts'
import { parseInstant } from '../platform/http/instants.ts'
import { settle } from './background-work.ts'
import {
  advanceTestClock,
  changeTestClock,
  getTestClock,
  requireSandbox,
  runClockTasks,
  type Simulation,
  type SimulationResult,
  type TestClock,
} from './test-clock.ts'
import { Turns } from './turns.ts'

const SetInput = Input({ now: Nullable(Type.String()) })
const AdvanceInput = Input({ to: Nullable(Type.String()) })
const RunInput = Input({ tasks: Type.Array(Type.String()) })

/** The test clock of a sandbox organization: a year of billing in a second. */
export function testClockRoutes(api: FastifyInstance, simulation: Simulation): void {
  const config = { resource: 'organization' }
  const turns = new Turns()
  api.addHook('preHandler', async request => {
    if (request.routeOptions.url?.includes('/test_clock') === true) requireSandbox(request.ctx)
  })

  api.get('/test_clock', { config, schema: { tags: ['Sandbox'], summary: 'Read the test clock' } }, async request => ({
    test_clock: serializeClock(await getTestClock(request.ctx)),
  }))

  api.put(
    '/test_clock',
    {
      config,
      schema: {
        tags: ['Sandbox'],
        summary: 'Set and freeze the test clock',
        body: Type.Object({ test_clock: SetInput }),
      },
    },
    async request => {
      const { now } = readRoot(request.body, 'test_clock', SetInput)
      return { test_clock: serializeClock(await changeTestClock(request.ctx, requireInstant('now', now))) }
    },
  )

  api.delete(
    '/test_clock',
    { config, schema: { tags: ['Sandbox'], summary: 'Return to real time' } },
    async request => ({
      test_clock: serializeClock(await changeTestClock(request.ctx, null)),
    }),
  )

  api.post(
    '/test_clock/advance',
    {
      config,
      schema: {
        tags: ['Sandbox'],
        summary: 'Move time forward through everything that falls due',
        body: Type.Object({ test_clock: AdvanceInput }),
      },
    },
    async request => {
      const { to } = readRoot(request.body, 'test_clock', AdvanceInput)
      const instant = requireInstant('to', to)
      const result = await turns.take(movers(request.ctx), () => advanceTestClock(request.ctx, simulation, instant))
      return { test_clock: serializeResult(result) }
    },
  )

  api.post(
    '/test_clock/run',
    {
      config,
      schema: {
        tags: ['Sandbox'],
        summary: 'Run clock tasks once at the present test time',
        body: Type.Object({ test_clock: RunInput }),
      },
    },
    async request => {
      const body = request.body as { test_clock?: unknown } | undefined
      const { tasks } =
        body?.test_clock === undefined
          ? {}
          : readRoot({ test_clock: { tasks: null, ...(body.test_clock ?? {}) } }, 'test_clock', RunInput)
      const result = await turns.take(movers(request.ctx), () => runClockTasks(request.ctx, simulation, tasks))
      return { test_clock: serializeResult(result) }
    },
  )

  api.post(
    '/test_clock/settle',
    { config, schema: { tags: ['Sandbox'], summary: 'Wait for all background work' } },
    async request => {
      const failed = await settle(request.ctx)
      return { test_clock: { ...serializeClock(await getTestClock(request.ctx)), failed } }
    },
  )
}

/** How many clocks may move at once: each holds a connection while its work needs others. */
function movers(ctx: Ctx): number {
  return Math.floor(ctx.config.databaseConnections / 2)
}

function requireInstant(field: string, value: string | null | undefined): Temporal.Instant {
  if (isBlank(value)) throw validation({ [field]: ['value_is_mandatory'] })
  const instant = parseInstant(value ?? '')
  // The database knows no year zero.
  if (instant === undefined || instant.toZonedDateTimeISO('UTC').year < 1) {
    throw validation({ [field]: ['invalid_date'] })
  }
  return instant
}

function serializeClock(clock: TestClock) {
  return { now: clock.now?.toString() ?? null, frozen: clock.now !== null }
}

function serializeResult(result: SimulationResult) {
  return { ...serializeClock(result.clock), ...result.counts, failed: result.failed }
}
