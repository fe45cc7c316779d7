import { sql } from 'kysely'
import type { ClockTask } from '../platform/clock/clock-tasks.ts'
import { reportEventErrors } from './report.ts'

/**
 * Forgets kept answers to questions that were answered last a month ago or more: mostly of periods that are over. Their
 * age is real time, whatever an organization's clock says.
 */
const purgeKeptUsage: ClockTask = {
  name: 'purge_kept_usage',
  schedule: { dailyAtHour: 3 },

  async nextDue() {
    return null
  },

  async run(scope) {
    if (scope.organizationId !== null) return
    await sql`delete from usage_cells where computed_at < clock_timestamp() - interval '31 days'`.execute(scope.db)
  },
}

export const clockTasks: readonly ClockTask[] = [reportEventErrors, purgeKeptUsage]
