import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { missingParameter } from '../../platform/errors.ts'
import { type CodeParams, codeOf, routeByCode } from '../../platform/http/codes.ts'
import { readObject, readRoot } from '../../platform/http/input.ts'
import { pageMeta, readPage } from '../../platform/http/pagination.ts'
import { readSearchTerm } from '../../platform/http/search-term.ts'
import {
  createBillableMetric,
  deleteBillableMetric,
  getBillableMetric,
  updateBillableMetric,
} from '../billable-metrics.ts'
import { BillableMetricInput, ExpressionTrialInput } from '../schema.ts'
import { serializeBillableMetric, serializeBillableMetricWithCounters } from '../serialize.ts'
import { listMetrics } from '../store/metrics.ts'
import { tryExpression } from '../try-expression.ts'

const ROOT = 'billable_metric'
const config = { resource: ROOT }
const tags = ['Billable metrics']
const body = Type.Object({ billable_metric: BillableMetricInput })

/** Billable metrics under `/billable_metrics`, and the trial of expressions. */
export function billableMetricRoutes(api: FastifyInstance): void {
  api.post(
    '/billable_metrics',
    { config, schema: { tags, summary: 'Create a billable metric', body } },
    async request => {
      const metric = await createBillableMetric(request.ctx, readMetric(request.body))
      return { billable_metric: serializeBillableMetricWithCounters(metric) }
    },
  )

  api.get<{ Querystring: Record<string, unknown> }>(
    '/billable_metrics',
    { config, schema: { tags, summary: 'List billable metrics' } },
    async request => {
      const page = readPage(request.query)
      const { metrics, total } = await listMetrics(request.ctx, readSearchTerm(request.query), page)
      return { billable_metrics: metrics.map(serializeBillableMetricWithCounters), meta: pageMeta(page, total) }
    },
  )

  api.post(
    '/billable_metrics/evaluate_expression',
    { config, schema: { tags, summary: 'Try an expression on an event', body: ExpressionTrialInput } },
    async request => ({
      expression_result: { value: tryExpression(request.ctx, readObject(ExpressionTrialInput, request.body)) },
    }),
  )

  routeByCode<{ Params: CodeParams }>(api, '/billable_metrics', {
    method: 'GET',
    config,
    schema: { tags, summary: 'Read a billable metric' },
    handler: async request => ({
      billable_metric: serializeBillableMetric(await getBillableMetric(request.ctx, codeOf(request.params))),
    }),
  })

  routeByCode<{ Params: CodeParams }>(api, '/billable_metrics', {
    method: ['PUT', 'PATCH'],
    config,
    schema: { tags, summary: 'Update a billable metric', body },
    handler: async request => {
      const metric = await updateBillableMetric(request.ctx, codeOf(request.params), readMetric(request.body))
      return { billable_metric: serializeBillableMetricWithCounters(metric) }
    },
  })

  routeByCode<{ Params: CodeParams }>(api, '/billable_metrics', {
    method: 'DELETE',
    config,
    schema: { tags, summary: 'Delete a billable metric' },
    handler: async request => {
      const metric = await deleteBillableMetric(request.ctx, codeOf(request.params))
      return { billable_metric: serializeBillableMetricWithCounters(metric) }
    },
  })
}

/** @throws 400 also for a root without any known key */
function readMetric(body: unknown): BillableMetricInput {
  const input = readRoot(body, ROOT, BillableMetricInput)
  if (Object.keys(input).length === 0) throw missingParameter(ROOT)
  return input
}
