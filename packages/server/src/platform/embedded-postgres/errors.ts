import { StartupError } from '../startup-error.ts'

/** The embedded PostgreSQL cannot start or go on. */
export class EmbeddedPostgresError extends StartupError {}

/** One line out of what PostgreSQL's programs printed: their last complaint, else their last words. */
export function lastComplaint(output: string): string {
  const lines = output
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
  const complaint = lines.findLast(line => /(error|FATAL|PANIC|cannot|could not):? /.test(line))
  return complaint ?? lines.at(-1) ?? 'it printed nothing'
}
