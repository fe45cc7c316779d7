import { expect, test } from 'vitest'
import { filtersThatCount } from '../src/pages/developers/filters-that-count.ts'

const metric = {
  filters: [
    { key: 'model', values: ['small', 'large'] },
    { key: 'region', values: ['eu', 'us'] },
  ],
}
const filter = (name: string, values: Record<string, string[]>) => ({ invoice_display_name: name, values })
const charge = {
  lago_id: 'c1',
  billable_metric_code: 'tokens',
  invoice_display_name: null,
  filters: [
    filter('Large', { model: ['large'] }),
    filter('Large in Europe', { model: ['large'], region: ['eu'] }),
    filter('', { model: ['small'] }),
  ],
}

test.each([
  [{ model: 'large', region: 'us' }, ['Large']],
  // The more specific filter has it alone.
  [{ model: 'large', region: 'eu' }, ['Large in Europe']],
  [{ model: 'small' }, ['small']],
  [{ model: 'huge' }, []],
  [{}, []],
])('%o is priced as %o', (properties, names) => {
  expect(filtersThatCount(charge, metric, properties)).toEqual(names)
})
