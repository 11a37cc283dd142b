import { expect, test } from '@jest/globals'
import { startStack } from './gateway-fixture.ts'
import { exchange, uploadHead } from './raw-connection.ts'

test('counts requests by operation; clients cannot add series', async () => {
  const { url, adminUrl, upload, issuer } = await startStack()
  const token = await issuer.token()
  expect((await upload(token)).status).toBe(200)
  for (let i = 0; i < 20; i++) {
    await fetch(`${url}/stranger-${i}?stranger=${i}`, { headers: { 'x-request-id': `stranger-${i}` } })
  }
  for (const method of ['PROPFIND', 'MKCOL', 'PURGE', 'LOCK', 'M-SEARCH', 'TRACE', 'QUERY']) {
    await exchange(url, `${method} /stranger HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    await exchange(url, uploadHead(token, ['Connection: close']).replace('POST', method))
  }
  const metrics = await (await fetch(`${adminUrl}/metrics`)).text()
  expect(metrics).toContain(
    'http_request_duration_seconds_count{method="POST",operation="uploadTimesheets",status="200"} 1',
  )
  expect(metrics).toContain(
    'http_request_duration_seconds_count{method="GET",operation="none",status="404"} 20',
  )
  expect(metrics).toMatch(/_count\{method="other",operation="none",status="404"\} 7/)
  expect(metrics).toMatch(/_count\{method="other",operation="none",status="405"\} 7/)
  expect(metrics.match(/http_request_duration_seconds_count\{/g)).toHaveLength(4)
  expect(metrics).not.toContain('stranger')
  expect(metrics).toContain('process_cpu_seconds_total')
})
