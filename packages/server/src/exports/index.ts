import type { Domain } from '../platform/module.ts'
import { buildDataExport } from './build-export.ts'
import { exportRoutes } from './routes.ts'

export { nextPurge, purgeExports } from './purge.ts'

/** Lists as files. */
export const dataExports: Domain = { routes: exportRoutes, tasks: [buildDataExport] }
