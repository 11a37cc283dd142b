import { expect, test } from '@jest/globals'
import { startStack } from './gateway-fixture.ts'
import { RawConnection, uploadHead } from './raw-connection.ts'

test('200 requests on one connection leave no listener behind, and share one connection to the service', async () => {
  const warnings: Error[] = []
  const onWarning = (warning: Error) => warnings.push(warning)
  process.on('warning', onWarning)
  const gateway = await startStack()
  let connections = 0
  gateway.service.server.on('connection', () => connections++)
  const listeners: number[] = []
  gateway.service.server.on('request', ({ socket }) =>
    listeners.push(socket.eventNames().flatMap((name: string | symbol) => socket.listeners(name)).length),
  )
  const token = await gateway.issuer.token()
  const connection = new RawConnection(gateway.url)
  for (let i = 1; i <= 200; i++) {
    await connection.send(`${uploadHead(token, ['Content-Length: 2'])}{}`)
    await connection.waitForCount(i, '{"ok":true}')
  }
  connection.reset()
  process.off('warning', onWarning)
  expect(warnings).toEqual([])
  expect(connections).toBe(1)
  expect(listeners.at(-1)).toBe(listeners[1])
})
