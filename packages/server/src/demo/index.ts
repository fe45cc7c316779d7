export { type DemoApi, DemoError, httpApi, type Method, refusal } from './api.ts'
export { type DemoOptions, type DemoProgress, type DemoSummary, loadDemo } from './load.ts'
