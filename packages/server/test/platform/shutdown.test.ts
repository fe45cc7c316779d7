import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { onShutdownRequest, type Urgency } from '../../src/platform/shutdown.ts'

function watched() {
  const source = new EventEmitter()
  const requests: Urgency[] = []
  let time = 1_000
  onShutdownRequest(
    urgency => requests.push(urgency),
    source,
    () => time,
  )
  return {
    requests,
    emitAt(at: number, event: string) {
      time = 1_000 + at
      source.emit(event)
    },
  }
}

test.each(['SIGINT', 'SIGTERM'])('the first %s asks for a graceful end', signal => {
  const { requests, emitAt } = watched()
  emitAt(0, signal)
  expect(requests).toEqual(['graceful'])
})

test('a Ctrl-C that arrives from the terminal, npm and the start script is one request', () => {
  const { requests, emitAt } = watched()
  for (const at of [0, 2, 40]) emitAt(at, 'SIGINT')
  expect(requests).toEqual(['graceful'])
})

test('a second Ctrl-C asks to end at once', () => {
  const { requests, emitAt } = watched()
  emitAt(0, 'SIGINT')
  emitAt(5, 'SIGINT')
  emitAt(900, 'SIGINT')
  expect(requests).toEqual(['graceful', 'at_once'])
})

test('without its start script the process ends at once', () => {
  const { requests, emitAt } = watched()
  emitAt(0, 'disconnect')
  expect(requests).toEqual(['at_once'])
})
