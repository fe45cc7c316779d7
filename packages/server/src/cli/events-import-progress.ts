import type { Outcome } from './events-import-send.ts'

export interface Progress {
  update(outcome: Readonly<Outcome>): void
  /** A line of its own, without disturbing the bar. */
  say(text: string): void
  end(): void
}

export interface ProgressOptions {
  readonly bytes: number
  bytesRead(): number
}

const BAR_CELLS = 24
const BAR_EVERY_MS = 100
const LINE_EVERY_MS = 10_000

/** How far an import is: a bar that redraws itself on a terminal, else a line every ten seconds. */
export function showProgress(out: NodeJS.WriteStream, options: ProgressOptions): Progress {
  const begin = performance.now()
  let last = begin
  const every = out.isTTY ? BAR_EVERY_MS : LINE_EVERY_MS
  const clear = () => void (out.isTTY && out.write('\r\x1b[K'))
  return {
    update(outcome) {
      const now = performance.now()
      if (now - last < every) return
      last = now
      const share = options.bytes === 0 ? 1 : Math.min(options.bytesRead() / options.bytes, 1)
      const text = progressText({ outcome, share, seconds: (now - begin) / 1000 })
      out.write(out.isTTY ? `\r\x1b[K${bar(share)} ${text}` : `${text}\n`)
    },
    say(text) {
      clear()
      out.write(`${text}\n`)
    },
    end: clear,
  }
}

/** A bar for a share from 0 to 1. */
export function bar(share: number): string {
  const full = Math.round(share * BAR_CELLS)
  return `${'█'.repeat(full)}${'░'.repeat(BAR_CELLS - full)}`
}

/** ` 43%  12,345 lines  8,400/s  2 min left` */
export function progressText(at: { outcome: Readonly<Outcome>; share: number; seconds: number }): string {
  const { outcome, share, seconds } = at
  const lines = outcome.stored + outcome.duplicates + outcome.refused
  const rate = seconds > 0 ? Math.round(lines / seconds) : 0
  const left = share > 0 && share < 1 ? `  ${duration((seconds / share) * (1 - share))} left` : ''
  return `${String(Math.floor(share * 100)).padStart(3)}%  ${count(lines)} lines  ${count(rate)}/s${left}`
}

/** `45 s`, `3 min`, `2 h 5 min` */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`
  const minutes = Math.ceil(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

export function count(number: number): string {
  return number.toLocaleString('en-US')
}
