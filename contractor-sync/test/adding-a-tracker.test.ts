import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { closedPortUrl } from './test-environment.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** A copy of the program, with the file and the line of docs/trackers.md. */
const copy = mkdtempSync(path.join(tmpdir(), 'timesheets-tracker-'))
afterAll(() => rmSync(copy, { recursive: true }))

const tracker = createServer((request, response) => {
  response.writeHead(request.headers.authorization === 'Bearer good' ? 200 : 401).end('{}')
})
beforeAll(() => once(tracker.listen(0, '127.0.0.1'), 'listening'))
afterAll(() => void tracker.close())

beforeAll(() => {
  const documentation = readFileSync(path.join(root, 'docs/trackers.md'), 'utf8')
  const [file, , line] = [...documentation.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code!)
  cpSync(path.join(root, 'contractor-sync/src'), path.join(copy, 'src'), { recursive: true })
  writeFileSync(path.join(copy, 'package.json'), '{ "type": "module" }')
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'))
  writeFileSync(path.join(copy, 'src/trackers/example.ts'), file!)
  const registry = path.join(copy, 'src/trackers/registry.ts')
  writeFileSync(registry, readFileSync(registry, 'utf8').replace(/^\}$/m, `${line!}}`))
})

async function runCopy(args: readonly string[], settings: Readonly<Record<string, string>> = {}) {
  return await new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const env = { PATH: process.env.PATH, ...settings }
    execFile(process.execPath, [path.join(copy, 'src/main.ts'), ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    )
  })
}

test('a file and a line add a tracker with its settings to --help and --source', async () => {
  const { stdout, stderr } = await runCopy(['--help'])
  expect(stderr).toBe('')
  expect(stdout).toMatch(/--source <name> .*\n +harvest, csv, example$/m)
  expect(stdout).toMatch(
    /^Tracker Example\n {2}EXAMPLE_URL {4}URL of Example \[https:\/\/api.example.com\]\n/m,
  )
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
})

test('check reports its settings and tries it', async () => {
  const settings = {
    API_URL: closedPortUrl,
    TOKEN_URL: closedPortUrl,
    ALLOW_HTTP_ISSUER: 'true',
    AUTH0_AUDIENCE: 'https://api.example',
    AUTH0_CLIENT_ID: 'a',
    AUTH0_CLIENT_SECRET: 'b',
    RETRY_DEADLINE_SECONDS: '0',
    EXAMPLE_URL: `http://127.0.0.1:${(tracker.address() as AddressInfo).port}`,
  }
  const missing = await runCopy(['check', '--source', 'example'], settings)
  expect(missing.stdout).toContain('✗ EXAMPLE_TOKEN: is not set')
  const good = await runCopy(['check', '--source', 'example'], { ...settings, EXAMPLE_TOKEN: 'good' })
  expect(good.stdout).toMatch(/^✓ EXAMPLE_TOKEN \[secret\]$/m)
  expect(good.stdout).toMatch(/^✓ Example accepts the token$/m)
  const bad = await runCopy(['check', '--source', 'example'], { ...settings, EXAMPLE_TOKEN: 'bad' })
  expect(bad.stdout).toMatch(/^✗ Example: Example responds with 401: .*renew EXAMPLE_TOKEN$/m)
})
