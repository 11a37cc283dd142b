import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

const script = fileURLToPath(new URL('health.ts', import.meta.url))

let folder: string
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'health-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function check(where: string): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, [script, where], { encoding: 'utf8' })
  return { status, stderr }
}

test('a file is well when it is there', () => {
  const file = path.join(folder, 'ready')
  expect(check(file)).toEqual({ status: 1, stderr: `${file}: is not there yet\n` })
  writeFileSync(file, '')
  expect(check(file)).toEqual({ status: 0, stderr: '' })
})

test('a URL where nothing listens is not well, in one line', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  const { status, stderr } = check(`http://127.0.0.1:${port}/readyz`)
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringMatching(/^http:.*ECONNREFUSED.*\n$/),
  })
})
