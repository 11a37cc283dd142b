import { expect, test } from '@jest/globals'
import { startAll } from './started.ts'
import { uploadHead, Wire } from './wire.ts'

test('hundreds of requests on one connection leave no listener behind, and share one to the service', async () => {
  const warnings: Error[] = []
  const onWarning = (warning: Error) => warnings.push(warning)
  process.on('warning', onWarning)
  const gateway = await startAll()
  let connections = 0
  gateway.upstream.server.on('connection', () => connections++)
  const listeners: number[] = []
  gateway.upstream.server.on('request', ({ socket }) =>
    listeners.push(socket.eventNames().flatMap((name: string | symbol) => socket.listeners(name)).length),
  )
  const token = await gateway.issuer.token()
  const wire = new Wire(gateway.url)
  for (let i = 1; i <= 200; i++) {
    await wire.send(`${uploadHead(token, ['Content-Length: 2'])}{}`)
    await wire.untilThereAre(i, '{"ok":true}')
  }
  wire.reset()
  process.off('warning', onWarning)
  expect(warnings).toEqual([])
  expect(connections).toBe(1)
  expect(listeners.at(-1)).toBe(listeners[1])
})
