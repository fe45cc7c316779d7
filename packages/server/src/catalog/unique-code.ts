export { claimingCode } from '../platform/db/unique-code.ts'
