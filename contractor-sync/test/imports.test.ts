import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'

const src = new URL('../src/', import.meta.url)

/** Imports go one way: each folder may import from these. Files outside of a folder are shared, and named `.`. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  '.': ['.', 'cli', 'sync', 'trackers'],
  cli: ['.', 'cli', 'output', 'sync', 'timesheets-api', 'trackers', 'http'],
  output: ['.', 'output', 'sync', 'trackers'],
  sync: ['.', 'sync', 'timesheets-api', 'trackers', 'http', 'compact'],
  'timesheets-api': ['.', 'timesheets-api', 'http', 'compact'],
  trackers: ['.', 'trackers', 'http', 'compact'],
  compact: ['compact'],
  http: ['.', 'http'],
}

const getFolder = (path: string) => (path.includes('/') ? path.split('/')[0]! : '.')

const imports = globSync('**/*.ts', { cwd: fileURLToPath(src) })
  .filter((file) => !file.endsWith('.test.ts'))
  .flatMap((file) => {
    const text = readFileSync(new URL(file, src), 'utf8')
    const specifiers = [...text.matchAll(/(?:from |import\()'(\.[^']+)'/g)].map(([, specifier]) => specifier!)
    return specifiers.map((specifier) => ({
      file,
      imported: new URL(specifier, new URL(file, src)).href.slice(src.href.length),
    }))
  })

test('imports go from cli to sync to timesheets-api and trackers to http', () => {
  expect(imports.length).toBeGreaterThan(50)
  const wrong = imports.filter(
    ({ file, imported }) => !allowed[getFolder(file)]!.includes(getFolder(imported)),
  )
  expect(wrong).toEqual([])
})
