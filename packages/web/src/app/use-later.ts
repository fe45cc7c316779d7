import { useEffect, useState } from 'react'

const TYPING_MS = 300

/** A value a moment after it stopped changing: what is asked of the server while somebody types. Compared as JSON. */
export function useLater<T>(value: T): T {
  const [held, setHeld] = useState(value)
  const key = JSON.stringify(value)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text tells whether the value changed
  useEffect(() => {
    const timer = setTimeout(() => setHeld(value), TYPING_MS)
    return () => clearTimeout(timer)
  }, [key])
  return held
}
