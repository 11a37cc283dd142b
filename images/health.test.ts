import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { freePort } from '@timesheets/dev-stack/free-port'

const script = fileURLToPath(new URL('health.ts', import.meta.url))

let folder: string
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'health-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function check(target: string): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, [script, target], { encoding: 'utf8' })
  return { status, stderr }
}

test('exits with 0 when the file exists, else with 1', () => {
  const file = path.join(folder, 'ready')
  expect(check(file)).toEqual({ status: 1, stderr: `${file}: does not exist yet\n` })
  writeFileSync(file, '')
  expect(check(file)).toEqual({ status: 0, stderr: '' })
})

test('exits with 1 and one line when nothing listens at the URL', async () => {
  const { status, stderr } = check(`http://127.0.0.1:${await freePort()}/readyz`)
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringMatching(/^http:.*ECONNREFUSED.*\n$/),
  })
})
