import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // Every core: a test file spends much of its time waiting for its database.
    maxWorkers: '100%',
    // A machine that builds many things at once may starve one test; what fails twice is broken.
    retry: process.env.CI ? 1 : 0,
    projects: [
      { test: { name: 'engine', include: ['packages/engine/test/**/*.test.ts'], environment: 'node' } },
      {
        test: {
          name: 'server',
          include: ['packages/server/test/**/*.test.ts'],
          exclude: ['packages/server/test/browser/**'],
          environment: 'node',
          // The modules of the server are loaded once a process, not once a file: they keep nothing between two servers.
          isolate: false,
          globalSetup: ['packages/server/test/support/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      { test: { name: 'web', include: ['packages/web/test/**/*.test.ts'], environment: 'node' } },
      {
        test: {
          // The console in the system's Chromium, on a whole server.
          name: 'browser',
          include: ['packages/server/test/browser/**/*.test.ts'],
          environment: 'node',
          globalSetup: ['packages/server/test/support/global-setup.ts', 'packages/server/test/browser/global-setup.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          // A page may take longer than a second where the machine is busy.
          expect: { poll: { timeout: 20_000 } },
        },
      },
    ],
  },
})
