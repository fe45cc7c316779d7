import type { PrintedDocument } from '../packages/server/src/documents/printing/printed-document.ts'
import { typeset } from '../packages/server/src/documents/printing/typeset.ts'
import type { BenchOptions } from './support/options.ts'
import type { Row } from './support/row.ts'
import { percentile, timings } from './support/timing.ts'

const MADE_AT = 1_782_864_000

/**
 * How long it takes to typeset an invoice as a PDF/A, one after another in one thread. No two are alike, so that nothing
 * is remembered that a run over many customers would not remember either.
 */
export async function benchDocuments({ short }: BenchOptions): Promise<Row[]> {
  const rows: Row[] = []
  for (const [lines, aim] of [
    [3, 15],
    [30, null],
  ] as const) {
    let number = 0
    const times = await timings(short ? 10 : 100, async () => {
      number += 1
      await typeset(invoice(lines, number), { createdAt: MADE_AT })
    })
    const measured = percentile(times, 0.5)
    rows.push({
      name: `invoice of ${lines} lines as PDF, median`,
      measured,
      unit: 'ms',
      better: 'lower',
      limit: null,
      aim,
    })
  }
  return rows
}

function invoice(lines: number, number: number): PrintedDocument {
  const money = (cents: number) => `€${(cents / 100).toFixed(2)}`
  return {
    locale: 'en',
    paper: 'a4',
    logo: null,
    title: 'Invoice',
    page: 'Page {n} of {total}',
    number: `WEI-1F9A-001-${number}`,
    facts: [
      ['Invoice number', `WEI-1F9A-001-${number}`],
      ['Issue date', 'Jul 01, 2026'],
      ['Payment term', '30 days'],
    ],
    metadata: [],
    parties: [
      { label: 'From', name: 'Weir', lines: ['1 Lakeside', '94105, San Francisco, CA', 'United States'] },
      { label: 'Bill to', name: `Customer ${number}`, lines: [`${number} Main Street`, '10115 Berlin', 'Germany'] },
    ],
    amount: money(number * 1000),
    amountNote: 'Due Jul 31, 2026',
    blocks: [
      {
        kind: 'table',
        heading: 'Pro details',
        startsPage: false,
        columns: ['Fees from Jun 01, 2026 to Jun 30, 2026', 'Units', 'Unit price', 'Tax rate', 'Amount'],
        rows: Array.from({ length: lines }, (_, line) => ({
          kind: 'item',
          cells: [`Requests • region ${line}`, String(number + line), money(line), '19.0%', money(number * line)],
          notes: [],
        })),
      },
      {
        kind: 'totals',
        lines: [
          { label: 'Subtotal (excl. tax)', value: money(number * 840), strong: false },
          { label: `VAT (19.0% on ${money(number * 840)})`, value: money(number * 160), strong: false },
          { label: 'Total', value: money(number * 1000), strong: true },
        ],
      },
    ],
    notes: [],
  }
}
