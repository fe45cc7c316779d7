import { ensureInstalled } from './lib/install.mjs'
import { launch } from './lib/launch.mjs'
import { requireNode } from './lib/project.mjs'

requireNode()
await ensureInstalled()
launch(['--watch', '--watch-preserve-output', 'packages/server/src/main.ts'])
