import { readFile } from 'node:fs/promises'
import { expect, test } from '@jest/globals'
import { operationsPath, withReference } from './settings-reference.ts'

test('docs/operations.md lists every setting as the code has it (else: npm run docs:settings)', async () => {
  const document = await readFile(operationsPath, 'utf8')
  expect(document).toBe(withReference(document))
})
