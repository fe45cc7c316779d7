/** `graceful`: finish what is under way. `at_once`: do not. */
export type Urgency = 'graceful' | 'at_once'

interface Source {
  on(event: 'SIGINT' | 'SIGTERM' | 'disconnect', listener: () => void): unknown
}

// One Ctrl-C may arrive several times: from the terminal, from npm, and from the start script, which pass it on.
const SAME_REQUEST_MS = 300

/**
 * Calls `request` when this process is asked to end: gracefully at the first SIGINT or SIGTERM, at once at the next, and
 * at once when the start script that launched this process is gone. Signals in quick succession count as one.
 */
export function onShutdownRequest(
  request: (urgency: Urgency) => void,
  source: Source = process,
  now: () => number = () => performance.now(),
): void {
  let first: number | undefined
  const onSignal = () => {
    if (first === undefined) {
      first = now()
      request('graceful')
    } else if (now() - first > SAME_REQUEST_MS) {
      request('at_once')
    }
  }
  source.on('SIGINT', onSignal)
  source.on('SIGTERM', onSignal)
  source.on('disconnect', () => request('at_once'))
}
