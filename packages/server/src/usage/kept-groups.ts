import { type AdvanceTotal, decimal, type GroupedBy, type OpeningLevel } from '@weir/engine'
import type { UsageQuestion } from './snapshot.ts'

/** Something that was kept of a bucket and group of a charge. */
interface Kept {
  readonly filterId: string | null
  readonly groupedBy: GroupedBy
}

/**
 * What was kept of groups, for the groups that a question asks for: keys that it fixes to values are no longer told apart,
 * and without grouping none is. What was kept without regard to such a key says nothing about one of its values.
 *
 * @param add what was kept of two groups that are one now
 */
function regroup<K extends Kept>(kept: readonly K[], question: UsageQuestion, add: (a: K, b: K) => K): K[] {
  const fixed = Object.entries(question.conditions ?? {})
  if (fixed.length === 0 && question.skipGrouping !== true) return [...kept]
  const groups = new Map<string, K>()
  for (const one of kept) {
    const isAsked = fixed.every(([key, values]) => {
      const value = one.groupedBy[key]
      return typeof value === 'string' && values.includes(value)
    })
    if (!isAsked) continue
    const left = Object.entries(one.groupedBy).filter(([key]) => !fixed.some(([other]) => other === key))
    const groupedBy = question.skipGrouping === true ? {} : Object.fromEntries(left)
    const name = JSON.stringify([one.filterId, Object.entries(groupedBy).toSorted()])
    const same = groups.get(name)
    groups.set(name, { ...(same === undefined ? one : add(same, one)), groupedBy })
  }
  return [...groups.values()]
}

/** How far groups have been billed in advance. */
export function regroupTotals(totals: readonly AdvanceTotal[], question: UsageQuestion): AdvanceTotal[] {
  return regroup(totals, question, (a, b) => ({
    ...a,
    current: plus(a.current, b.current),
    max: plus(a.max, b.max),
    maxProrated: plus(a.maxProrated ?? '0', b.maxProrated ?? '0'),
  }))
}

/** The levels that groups begin with. */
export function regroupLevels(levels: readonly OpeningLevel[], question: UsageQuestion): OpeningLevel[] {
  return regroup(levels, question, (a, b) => ({ ...a, level: plus(a.level, b.level) }))
}

function plus(a: string, b: string): string {
  return decimal(a).plus(b).toFixed()
}
