import { expect, test } from '@jest/globals'
import { startStack } from './gateway-fixture.ts'

const challenge = 'Bearer error="insufficient_scope", scope="read:reports"'

test.each([
  [403, challenge],
  [404, undefined],
  [200, undefined],
])('forwards the challenge of a %i of the service as %j', async (status, passedOn) => {
  const gateway = await startStack((_request, response) => {
    response
      .writeHead(status, { 'content-type': 'application/json', 'www-authenticate': challenge })
      .end('{}')
  })
  const answer = await gateway.upload(await gateway.issuer.token())
  expect([answer.status, answer.headers['www-authenticate']]).toEqual([status, passedOn])
})
