/**
 * A command as it has to be typed: through npm when that is how this one was called, for there is no `weir` in the path
 * then.
 *
 * @example typed('keys list') // 'npm run weir -- keys list'
 */
export function typed(words: string, env: NodeJS.ProcessEnv = process.env): string {
  return env.npm_lifecycle_event === 'weir' ? `npm run weir -- ${words}` : `weir ${words}`
}
