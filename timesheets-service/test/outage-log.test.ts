import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createLogger } from '@timesheets/runtime/logger'
import { createService } from '../src/app.ts'
import { readServiceConfig } from '../src/config.ts'
import { Client, identitySecret, syncIdentity } from './client.ts'
import { entry } from './service-fixture.ts'

const lines: string[] = []
let service: ReturnType<typeof createService>

beforeAll(() => {
  const config = readServiceConfig({
    // Nothing listens on port 1.
    DATABASE_URL: 'postgresql://someone:hunter2@127.0.0.1:1/hours',
    DATABASE_TIMEOUT_MS: '500',
    IDENTITY_SECRET: identitySecret.reveal(),
  })
  const logger = createLogger('timesheets-service', 'info', { write: (line) => void lines.push(line) })
  service = createService(config, logger)
})
afterAll(() => service.close())

test('logs a request during an outage in one short line without a stack', async () => {
  const client = new Client(() => service.app, syncIdentity)
  const response = await client.request('POST', '/timesheets/upload', entry())
  expect(response.status).toBe(503)
  expectOneShortLine({ level: 'error', problem: 'not-ready', requestId: expect.any(String) })
})

test('logs many requests during an outage in fewer lines', async () => {
  const client = new Client(() => service.app, syncIdentity)
  const requests = Array.from({ length: 20 }, () => client.request('POST', '/timesheets/upload', entry()))
  expect((await Promise.all(requests)).map(({ status }) => status)).toEqual(Array(20).fill(503))
  expect(lines.splice(0).length).toBeLessThan(20)
})

test('logs a readiness check during an outage in one short line without a stack', async () => {
  expect(Object.keys(await service.readiness())).toEqual(['database'])
  expectOneShortLine({ level: 'warn', msg: 'the readiness check of the database failed' })
})

function expectOneShortLine(fields: object): void {
  const [line = '', ...more] = lines.splice(0)
  expect(more).toEqual([])
  expect(JSON.parse(line)).toMatchObject({
    ...fields,
    err: expect.stringMatching(/Can't reach database server at 127\.0\.0\.1:1\b/),
  })
  expect(line).not.toMatch(/stack|hunter2|\.ts|\\n/)
  expect(line.length).toBeLessThan(500)
}
