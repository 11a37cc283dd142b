import { expect, test } from '@jest/globals'
import { preferredType } from './accept.ts'

const offered = ['application/json', 'text/csv', 'application/x-ndjson'] as const

test.each([
  [undefined, 'application/json'],
  ['', 'application/json'],
  ['*/*', 'application/json'],
  ['text/csv', 'text/csv'],
  ['TEXT/CSV; charset=utf-8', 'text/csv'],
  ['text/*', 'text/csv'],
  ['application/*', 'application/json'],
  ['application/x-ndjson, */*', 'application/x-ndjson'],
  ['text/csv, application/json', 'text/csv'],
  ['application/json, text/csv', 'application/json'],
  ['text/csv;q=0.5, application/json;q=0.4', 'text/csv'],
  ['text/csv;q=0.5, */*;q=0.9', 'application/json'],
  ['application/json;q=0, */*', 'text/csv'],
  ['text/csv;q=0', 'application/json'],
  ['text/html, application/xhtml+xml, */*;q=0.8', 'application/json'],
  ['text/csv;q=2', 'application/json'],
  ['text/csv;q=, application/x-ndjson;q=0.001', 'application/x-ndjson'],
  ['image/png', 'application/json'],
  [',,;;q=1,', 'application/json'],
])('%s: %s', (accept, type) => {
  expect(preferredType(accept, [...offered])).toBe(type)
})
