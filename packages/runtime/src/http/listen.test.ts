import { createServer } from 'node:http'
import { expect, test } from '@jest/globals'
import { listen } from './listen.ts'

test.each([
  ['127.0.0.1', /^http:\/\/127\.0\.0\.1:\d+$/],
  ['0.0.0.0', /^http:\/\/0\.0\.0\.0:\d+$/],
])('returns the URL of a server on %s', async (host, url) => {
  const server = createServer()
  expect(await listen(server, 0, host)).toMatch(url)
  server.close()
})

test('names a port that another process uses', async () => {
  const [first, second] = [createServer(), createServer()]
  const { port } = new URL(await listen(first, 0, '127.0.0.1'))
  await expect(listen(second, Number(port), '127.0.0.1')).rejects.toThrow(
    `Port ${port} on 127.0.0.1 is taken by another process`,
  )
  first.close()
})
