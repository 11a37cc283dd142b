import { readFile } from 'node:fs/promises'
import { expect, test } from '@jest/globals'
import { operationsPath, updateReference } from './settings-reference.ts'

test('docs/operations.md lists the settings of the code (if not, run: npm run docs:settings)', async () => {
  const document = await readFile(operationsPath, 'utf8')
  expect(document).toBe(updateReference(document))
})
