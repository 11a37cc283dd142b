import { expect, test } from '@jest/globals'
import { startStack } from './gateway-fixture.ts'
import { parseResponse, RawConnection } from './raw-connection.ts'

// Node checks its time limits every 30 s by default, so that the limit of 20 s would cut such a request only after 30 s or
// more, which is the time limit of a test.
test('responds 408 to a request whose head does not end within 20 s', async () => {
  const { url } = await startStack()
  const connection = new RawConnection(url)
  await connection.send('GET /none HTTP/1.1\r\nHost: x\r\n')
  const { status, body } = parseResponse(await connection.readToEnd())
  expect(status).toBe(408)
  expect(JSON.parse(body)).toMatchObject({ type: '/problems/request-timeout' })
})
