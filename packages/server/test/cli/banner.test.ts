import { describe, expect, it } from 'vitest'
import { banner } from '../../src/banner.ts'
import { readConfig } from '../../src/platform/config.ts'

const KEYS = { live: 'live-key', sandbox: 'sandbox-key' }

function text(env: Record<string, string>, options: { url?: string; keys?: typeof KEYS } = {}): string {
  const { url = 'http://127.0.0.1:3000', keys } = options
  return banner({ config: readConfig(env), version: '1.2.3', url, keys, slug: 'acme' })
}

describe('the text of a start', () => {
  it('names a command for a new key that can be typed as it stands', () => {
    expect(text({})).toContain('A new API key: npm run weir -- keys create --org acme\n')
  })

  it.each([
    [{ WEIR_DATA_DIR: '/srv/weir' }, 'WEIR_DATA_DIR=/srv/weir npm run weir -- '],
    [{ WEIR_DATA_DIR: "/srv/my weir's" }, String.raw`WEIR_DATA_DIR='/srv/my weir'\''s' npm run weir -- `],
    [{ WEIR_DATA_DIR: './data' }, ' npm run weir -- '],
    [{ WEIR_DATA_DIR: '/srv/weir', DATABASE_URL: 'postgres://weir@db/weir' }, ' npm run weir -- '],
  ])('names the data directory when it is another one: %j', (env, expected) => {
    const line = (all: string) => all.split('\n').find(each => each.includes('npm run weir'))
    expect(line(text(env))).toContain(expected)
    expect(line(text(env, { keys: KEYS }))).toContain(expected)
    expect(text(env).includes('WEIR_DATA_DIR')).toBe(expected.includes('WEIR_DATA_DIR'))
  })

  it.each([
    ['http://127.0.0.1:3000', 'demo load\n'],
    ['http://localhost:3000', 'demo load\n'],
    ['http://127.0.0.1:3001', 'demo load --url http://127.0.0.1:3001\n'],
  ])('names the address of the server when commands would not find it: %s', (url, expected) => {
    expect(text({}, { url, keys: KEYS })).toContain(expected)
  })

  it('leads to nothing that a worker does not answer', () => {
    for (const keys of [KEYS, undefined]) {
      const worker = text({ WEIR_ROLE: 'worker' }, keys && { keys })
      expect(worker).not.toMatch(/api\/v1|\/docs|Console|demo load/)
      expect(worker).toContain('http://127.0.0.1:3000/health')
    }
  })
})
