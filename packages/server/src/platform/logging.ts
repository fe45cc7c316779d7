import { type Logger, pino } from 'pino'

/** Structured logs on standard output, one JSON object a line. Keys and signatures never reach them. */
export function createLogger(level: string): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ['req.headers.authorization', 'authorization', 'apiKey', 'api_key', 'secret'],
  })
}
