import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from '@jest/globals'
import { createDataDir, entriesPath, headers } from './harvest-fixture.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const children: ChildProcess[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

function run(environment: Record<string, string>) {
  const env = {
    HARVEST_DATA_DIR: createDataDir(),
    HARVEST_CONTRACTORS: '3',
    HARVEST_WEEKS: '1',
    ...environment,
  }
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  return child
}

/** Reads the URL from the first line of standard output. */
async function listening(child: ReturnType<typeof run>): Promise<string> {
  const [line] = await once(createInterface(child.stdout), 'line')
  const report = JSON.parse(line)
  expect(report).toEqual({
    listening: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    process: 'tracker',
  })
  return report.listening
}

test('exits with 0 on SIGTERM, also during a request', async () => {
  const child = run({})
  const url = await listening(child)
  const body = JSON.stringify({ fault: 'slow', delayMs: 600_000 })
  await fetch(`${url}/local/faults`, {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'application/json' },
  })
  const waiting = fetch(`${url}${entriesPath}`, { headers }).catch(() => 'cut')
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(await waiting).toBe('cut')
})

test('keeps confirmed edits when it is killed', async () => {
  const HARVEST_DATA_DIR = createDataDir()
  const first = run({ HARVEST_DATA_DIR })
  const body = JSON.stringify({ hours: 3.5 })
  const init = { method: 'PATCH', body, headers: { 'Content-Type': 'application/json' } }
  const edit = await fetch(`${await listening(first)}/local/time_entries/636709355`, init)
  first.kill('SIGKILL')
  expect(edit.status).toBe(200)

  const second = await listening(run({ HARVEST_DATA_DIR }))
  const entry = await fetch(`${second}${entriesPath}/636709355`, { headers })
  expect(await entry.json()).toMatchObject({ hours: 3.5 })
})

test.each([
  ['NODE_ENV', 'production'],
  ['HARVEST_WEEKS', 'many'],
  ['HARVEST_DATA_DIR', '/dev/null'],
])('%s=%s: exits with 2 and a message', async (name, value) => {
  const child = run({ [name]: value })
  const [message, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  expect(code).toBe(2)
  expect(message).toContain(value)
  expect(message).not.toContain('    at ')
})
