/**
 * Numbers from 0 (included) to 1 that look random and are the same for the same name: figures of the story do not depend
 * on the order in which its parts are told.
 */
export function randomOf(name: string): () => number {
  // FNV-1a makes a state of the name, mulberry32 numbers of the state.
  let state = 0x811c9dc5
  for (const character of name) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
