export { testClockRoutes } from './routes.ts'
export type { Counter, Simulation } from './test-clock.ts'
