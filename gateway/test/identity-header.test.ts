import { expect, test } from '@jest/globals'
import { UsedIdentities, verifyIdentity } from '@timesheets/runtime/identity'
import { Secret } from '@timesheets/runtime/secret'
import { decodeJwt } from 'jose'
import { identitySecret, startStack, uploadPath } from './gateway-fixture.ts'
import { exchange, uploadHead } from './raw-connection.ts'

test('the service can believe who calls, for this very request and for at most 30 s', async () => {
  const gateway = await startStack()
  const token = await gateway.issuer.token({ claims: { sub: 'auth0|1', scope: 'batch:upload openid' } })
  for (const expectation of [[], ['Expect: 100-continue']]) {
    const lines = [...expectation, 'Content-Length: 0', 'Connection: close']
    const head = uploadHead(token, lines).replace(uploadPath, `${uploadPath}?dry_run=true`)
    const answer = await exchange(gateway.url, head)
    expect(answer.text).toContain(' 200 OK')

    const { headers, method, target } = gateway.service.requests.at(-1)!
    const header = headers['x-timesheets-identity'] as string
    const requestId = headers['x-request-id'] as string
    const bound = { method, target, requestId, headers }
    expect(target).toBe(`${uploadPath}?dry_run=true`)
    expect(answer.text).toContain(requestId)
    expect(verifyIdentity(header, bound, [identitySecret], new UsedIdentities())).toEqual({
      client: 'sync',
      person: 'auth0|1',
      scopes: ['batch:upload', 'openid'],
    })
    const { iat, exp } = decodeJwt(header) as { iat: number; exp: number }
    expect(exp - iat).toBe(30)
    const other = new Secret('another secret of the tests, long enough too')
    expect(() => verifyIdentity(header, bound, [other], new UsedIdentities())).toThrow(
      'is not signed with a shared secret',
    )
    for (const change of [{ method: 'PUT' }, { target: uploadPath }, { requestId: 'x' }]) {
      expect(() =>
        verifyIdentity(header, { ...bound, ...change }, [identitySecret], new UsedIdentities()),
      ).toThrow('was signed for another request')
    }
  }
})
