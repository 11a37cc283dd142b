import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { outcomes } from '@timesheets/contractor-sync/sync/report'

test('docs/bookkeeping.md explains every row of the summary of a sync', () => {
  const text = readFileSync(new URL('bookkeeping.md', import.meta.url), 'utf8')
  const explained = [...text.matchAll(/^\| `(\w+)`/gm)].map(([, word]) => word)
  expect(explained).toEqual(['read', ...outcomes, 'skipped'])
})
