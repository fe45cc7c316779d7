import { useEffect, useState } from 'react'

const TYPING_MS = 350

/** A value as it was when it last stood still for a moment, so that not every letter asks the server. */
export function useSettled<T>(value: T): T {
  const text = JSON.stringify(value)
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPING_MS)
    return () => clearTimeout(timer)
  }, [text])
  return JSON.parse(settled) as T
}
