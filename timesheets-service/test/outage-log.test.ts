import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createLogger } from '@timesheets/runtime/logger'
import { type RunningServer, startServer } from '@timesheets/runtime/server'
import { readServiceConfig } from '../src/config.ts'
import { createService } from '../src/service.ts'
import { identitySecret, signedHeaders } from './client.ts'
import { entry } from './service-fixture.ts'

const lines: string[] = []
let server: RunningServer

beforeAll(async () => {
  const config = readServiceConfig({
    // Nothing listens there: port 1 is nobody's.
    DATABASE_URL: 'postgresql://someone:hunter2@127.0.0.1:1/hours',
    DATABASE_TIMEOUT_MS: '500',
    IDENTITY_SECRET: identitySecret.reveal(),
    SERVICE_PORT: '0',
    DRAIN_WAIT_MS: '0',
  })
  const logger = createLogger('timesheets-service', 'info', { write: (line) => void lines.push(line) })
  server = await startServer('timesheets-service', createService(config, logger), config, logger)
  lines.length = 0
})
afterAll(() => server.stop())

test('a request that meets an outage is one short line in the log, without a stack', async () => {
  const target = '/timesheets/upload'
  const response = await fetch(server.url + target, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(await signedHeaders('POST', target)) },
    body: JSON.stringify(entry()),
  })
  expect(response.status).toBe(503)
  expectOneShortLine({ level: 'error', problem: 'not-ready', requestId: expect.any(String) })
})

test('and so is a probe', async () => {
  expect((await fetch(`${server.adminUrl}/readyz`)).status).toBe(503)
  expectOneShortLine({ level: 'warn', msg: 'the database does not response as it should' })
})

function expectOneShortLine(members: object): void {
  const [line = '', ...more] = lines.splice(0)
  expect(more).toEqual([])
  expect(JSON.parse(line)).toMatchObject({
    ...members,
    err: expect.stringMatching(/Can't reach database server at 127\.0\.0\.1:1\b/),
  })
  expect(line).not.toMatch(/stack|hunter2|\.ts|\\n/)
  expect(line.length).toBeLessThan(500)
}
