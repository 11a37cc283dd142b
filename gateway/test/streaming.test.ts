import { expect, test } from '@jest/globals'
import { startStack, uploadPath } from './gateway-fixture.ts'
import { RawConnection, uploadHead } from './raw-connection.ts'

test('streams request and response at the same time', async () => {
  const gateway = await startStack((request, response) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    request.on('data', (chunk: Buffer) => response.write(`{"seen":${JSON.stringify(chunk.toString())}}\n`))
    request.on('end', () => response.end('{"summary":{}}\n'))
  })
  const token = await gateway.issuer.token()
  for (const [framing, frame] of [
    ['Transfer-Encoding: chunked', (text: string) => `5\r\n${text}\r\n`],
    ['Content-Length: 15', (text: string) => text],
  ] as const) {
    const connection = new RawConnection(gateway.url)
    await connection.send(uploadHead(token, [framing, 'Connection: close']) + frame('first'))
    await connection.waitFor(/\{"seen":"first"\}/)
    await connection.send(frame('secon'))
    await connection.waitFor(/\{"seen":"secon"\}/)
    expect(connection.text).not.toContain('summary')
    await connection.send(frame('third') + (framing.includes('chunked') ? '0\r\n\r\n' : ''))
    expect(await connection.readToEnd()).toMatch(/\{"seen":"third"\}.*\{"summary":\{\}\}/s)
  }
})

test('the service can respond before the first byte of the body', async () => {
  const gateway = await startStack((request, response) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' }).write('{"ready":true}\n')
    request.resume().once('end', () => response.end())
  })
  const token = await gateway.issuer.token()
  for (const [framing, body] of [
    ['Transfer-Encoding: chunked', '0\r\n\r\n'],
    ['Content-Length: 2', '{}'],
  ]) {
    const connection = new RawConnection(gateway.url)
    await connection.send(uploadHead(token, [framing!, 'Connection: close']))
    await connection.waitFor(/"ready"/)
    await connection.send(body!)
    await connection.readToEnd()
  }
})

test('a client that does not read slows the service down', async () => {
  const chunk = Buffer.alloc(64 * 1024, 'x')
  const chunks = 1000
  let written = 0
  let waited = false
  const gateway = await startStack((request, response) => {
    request.resume()
    response.writeHead(200, { 'content-type': 'text/plain' })
    const push = () => {
      while (written < chunks) {
        written++
        if (!response.write(chunk)) {
          response.once('drain', push)
          waited = true
          return
        }
      }
      response.end()
    }
    push()
  })
  const answer = await fetch(gateway.url + uploadPath, {
    method: 'POST',
    headers: { authorization: `Bearer ${await gateway.issuer.token()}` },
  })
  const reader = answer.body!.getReader()
  await reader.read()
  expect(written).toBeLessThan(chunks)
  let received = 0
  for (let part = await reader.read(); !part.done; part = await reader.read()) received += part.value.length
  expect(waited).toBe(true)
  expect(received).toBeGreaterThan((chunks - 10) * chunk.length)
})
