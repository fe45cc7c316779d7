import type { GroupedBy } from './usage.ts'

type DimensionValues = readonly (string | null)[]

/** What has the same values of some group keys. */
export interface Group<Item> {
  readonly values: DimensionValues
  readonly groupedBy: GroupedBy
  readonly items: Item[]
}

/**
 * By the values of the group keys, of which missing and empty ones are the same; values ascending, those without a value
 * last. One group of none if there are no items.
 *
 * @param keys of the items' dimensions, in their order
 */
export function groupBy<Item extends { readonly dimensions: DimensionValues }>(
  items: readonly Item[],
  groupKeys: readonly string[],
  keys: readonly string[],
): Group<Item>[] {
  const places = groupKeys.map(key => placeOf(key, keys))
  const newGroup = (values: DimensionValues): Group<Item> => ({
    values,
    groupedBy: Object.fromEntries(groupKeys.map((key, index) => [key, values[index] ?? null])),
    items: [],
  })
  if (groupKeys.length === 0) return [{ ...newGroup([]), items: [...items] }]
  const groups = new Map<string, Group<Item>>()
  for (const item of items) {
    const values = places.map(place => item.dimensions[place] || null)
    const group = groups.getOrInsertComputed(JSON.stringify(values), () => newGroup(values))
    group.items.push(item)
  }
  if (groups.size === 0) return [newGroup([])]
  return [...groups.values()].sort((a, b) => compareValues(a.values, b.values))
}

function placeOf(key: string, keys: readonly string[]): number {
  const place = keys.indexOf(key)
  if (place === -1) throw new Error(`The usage does not tell the values of "${key}", its group needs them.`)
  return place
}

function compareValues(a: DimensionValues, b: DimensionValues): number {
  const place = a.findIndex((value, index) => value !== b[index])
  if (place === -1) return 0
  const [one, other] = [a[place] ?? null, b[place] ?? null]
  if (one === null) return 1
  return other === null || one < other ? -1 : 1
}
