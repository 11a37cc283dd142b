import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'

const root = fileURLToPath(new URL('..', import.meta.url))

interface Import {
  readonly file: string
  readonly target: string
}

/** What each workspace's `src` may import of the other workspaces (docs/architecture.md). */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'packages/contracts': [],
  'packages/runtime': ['contracts'],
  'packages/exports': ['contracts'],
  gateway: ['contracts', 'runtime'],
  'timesheets-service': ['contracts', 'runtime'],
  'contractor-sync': ['contracts', 'runtime', 'exports'],
  'packages/fake-auth0': ['contracts', 'runtime'],
  'packages/fake-harvest': ['contracts', 'runtime'],
}

const workspaces = [...Object.keys(allowed), 'packages/dev-stack', 'packages/test-postgres']

const files = execFileSync('git', ['ls-files', '*.ts'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '')
const imports: Import[] = files.flatMap((file) =>
  [...readFileSync(path.join(root, file), 'utf8').matchAll(/(?:from|import)\s*\(?'([^']+)'/g)].map(
    ([, target = '']) => ({ file, target }),
  ),
)

const findWorkspace = (file: string) => workspaces.find((folder) => file.startsWith(`${folder}/`))

test('no relative import leaves its workspace for another one', () => {
  const crossing = imports.filter(({ file, target }) => {
    if (!target.startsWith('.')) return false
    const other = findWorkspace(path.normalize(path.join(path.dirname(file), target)))
    return other !== undefined && other !== findWorkspace(file)
  })
  expect(crossing).toEqual([])
})

test.each(Object.entries(allowed))('%s imports only %j of the other workspaces', (folder, names) => {
  const others = imports.filter(({ file, target }) => {
    const name = /^@timesheets\/([^/]+)/.exec(target)?.[1]
    const isOwn = name === path.basename(folder)
    return file.startsWith(`${folder}/src/`) && !file.endsWith('.test.ts') && name !== undefined && !isOwn
      ? !names.includes(name)
      : false
  })
  expect(others).toEqual([])
})

test('packages/exports does no I/O, so that a web page can use it', () => {
  const builtIn = imports.filter(
    ({ file, target }) =>
      file.startsWith('packages/exports/src/') && !file.endsWith('.test.ts') && target.startsWith('node:'),
  )
  expect(builtIn).toEqual([])
})

describe('the timesheets-service', () => {
  const find = (folder: string, pattern: RegExp) =>
    imports.filter(
      ({ file, target }) =>
        file.startsWith(`timesheets-service/src/${folder}/`) &&
        !file.endsWith('.test.ts') &&
        pattern.test(target),
    )

  test('has a domain that imports neither HTTP nor storage', () => {
    expect(find('domain', /\/(http|postgres)\/|^(express|pg|node:http)$|prisma/)).toEqual([])
  })

  test('has HTTP handlers that reach storage only through the interfaces of the domain', () => {
    expect(find('http', /\/postgres\/|prisma|^pg$/)).toEqual([])
  })

  test('has storage that does not know HTTP', () => {
    expect(find('postgres', /\/http\/|^(express|node:http)$|contracts\/problem/)).toEqual([])
  })
})
