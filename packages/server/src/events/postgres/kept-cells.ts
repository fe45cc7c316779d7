import type { AggregationCell, AggregationType } from '@weir/engine'

/**
 * Cells as text. Unique counts have a cell a value, so there may be tens of thousands: each combination of dimensions is
 * written once, and a cell as a short list that names it by its place.
 */
interface PackedCells {
  readonly dimensions: readonly (readonly (string | null)[])[]
  readonly rows: readonly PackedRow[]
}

type PackedRow = readonly [dimensions: number, ...fields: (string | number | null)[]]

type CellOf<Type extends AggregationType> = AggregationCell<Type>

/** Instants are text: they have more digits than a JavaScript number keeps. */
export function printCells(metrics: readonly (readonly AggregationCell[])[]): string {
  return JSON.stringify(metrics.map(pack))
}

/** @param types the aggregation of each metric that the text was made of */
export function parseCells(text: string, types: readonly AggregationType[]): AggregationCell[][] {
  const metrics = JSON.parse(text) as PackedCells[]
  return metrics.map(({ dimensions, rows }, place) => {
    const unpack = unpackers[types[place] ?? 'count_agg']
    return rows.map(([of, ...fields]) => unpack(dimensions[of] ?? [], fields))
  })
}

function pack(cells: readonly AggregationCell[]): PackedCells {
  const places = new Map<string, number>()
  const dimensions: (readonly (string | null)[])[] = []
  const rows = cells.map((cell): PackedRow => {
    const place = places.getOrInsertComputed(
      JSON.stringify(cell.dimensions),
      () => dimensions.push(cell.dimensions) - 1,
    )
    return [place, ...fieldsOf(cell)]
  })
  return { dimensions, rows }
}

function fieldsOf(cell: AggregationCell): (string | number | null)[] {
  if ('lastOperation' in cell) return [cell.value, cell.lastOperation, ...positionOf(cell.at)]
  if ('at' in cell) return [cell.eventsCount, cell.value, ...positionOf(cell.at)]
  if ('sum' in cell) {
    const { eventsCount, sum, preciseTotalAmountCents: price } = cell
    return price === undefined ? [eventsCount, sum] : [eventsCount, sum, price]
  }
  if ('max' in cell) return [cell.eventsCount, cell.max]
  return [cell.eventsCount]
}

function positionOf({ timestamp, createdAt, id }: CellOf<'latest_agg'>['at']): (string | number)[] {
  // The order of arrival is seldom known, and seldom needed.
  return id === '' && createdAt === 0n ? [String(timestamp)] : [String(timestamp), String(createdAt), id]
}

type Fields = readonly (string | number | null)[]
type Unpack = (dimensions: readonly (string | null)[], fields: Fields) => AggregationCell

const unpackers: { readonly [Type in AggregationType]: Unpack } = {
  count_agg: (dimensions, [count]) => ({ dimensions, eventsCount: Number(count) }),
  sum_agg: (dimensions, [count, sum, price]) => ({
    dimensions,
    eventsCount: Number(count),
    sum: String(sum),
    ...(price !== undefined && { preciseTotalAmountCents: String(price) }),
  }),
  max_agg: (dimensions, [count, max]) => ({ dimensions, eventsCount: Number(count), max: String(max) }),
  latest_agg: (dimensions, [count, value, ...at]) => ({
    dimensions,
    eventsCount: Number(count),
    value: String(value),
    at: readPosition(at),
  }),
  unique_count_agg: (dimensions, [value, operation, ...at]) => ({
    dimensions,
    value: textOf(value),
    lastOperation: textOf(operation),
    at: readPosition(at),
  }),
}

function readPosition([timestamp, createdAt = '0', id = '']: Fields): CellOf<'latest_agg'>['at'] {
  return { timestamp: BigInt(timestamp ?? 0), createdAt: BigInt(createdAt ?? 0), id: String(id) }
}

function textOf(value: string | number | null | undefined): string | null {
  return value === null || value === undefined ? null : String(value)
}
