import { main } from '../main.ts'

/** `weir start`: the server, until it is told to stop. */
export async function start(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(
      'weir start\n\nStarts the server. It is set up by environment variables: see docs/configuration.md.\n',
    )
    return 0
  }
  await main(env)
  return 0
}
