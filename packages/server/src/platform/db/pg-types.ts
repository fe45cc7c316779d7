import pg from 'pg'

/**
 * How values cross between PostgreSQL and this code.
 *
 * | column             | JavaScript value                        |
 * | ------------------ | --------------------------------------- |
 * | `timestamptz`      | `Temporal.Instant`, microseconds kept   |
 * | `date`             | `Temporal.PlainDate`                    |
 * | `bigint`           | `bigint`                                |
 * | `numeric`          | `string`, every digit kept              |
 * | arrays of the four | arrays of the same                      |
 * | anything else      | what `pg` makes of it                   |
 *
 * It holds for the pools that are opened with {@link pgTypes} and the client of `client.ts`; nothing global is changed.
 */
type Parse = (text: string) => unknown

const DATE = 1082
const TIMESTAMPTZ = 1184
const INT8 = 20
const NUMERIC = 1700
// Its parser splits any array into the texts of its elements.
const TEXT_ARRAY: number = 1009

const parseInstant = (text: string) => Temporal.Instant.from(text)
const parseDate = (text: string) => Temporal.PlainDate.from(text)
const parseText = (text: string) => text

const PARSERS: ReadonlyMap<number, Parse> = new Map<number, Parse>([
  [TIMESTAMPTZ, parseInstant],
  [1185, arrayOf(parseInstant)],
  [DATE, parseDate],
  [1182, arrayOf(parseDate)],
  [INT8, BigInt],
  [1016, arrayOf(BigInt)],
  [NUMERIC, parseText],
  [1231, arrayOf(parseText)],
])

function arrayOf(parse: Parse): Parse {
  const split: (text: string) => unknown[] = pg.types.getTypeParser(TEXT_ARRAY, 'text')
  const nested = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(nested)
    return typeof value === 'string' ? parse(value) : value
  }
  return text => split(text).map(nested)
}

/** The `types` option of a pool or client. */
export const pgTypes: pg.CustomTypesConfig = {
  getTypeParser(oid, format) {
    const parser = format === 'binary' ? undefined : PARSERS.get(oid)
    return parser ?? pg.types.getTypeParser(oid, format)
  },
}

/**
 * The `onConnect` option of a pool. The server's own settings decide neither what `date_trunc` and casts of timestamps
 * mean nor how they are printed.
 */
export async function useUtc(client: pg.ClientBase): Promise<void> {
  await client.query(`set timezone to 'UTC'; set datestyle to 'ISO, YMD'; set intervalstyle to 'postgres'`)
}
