import { describe, expect, test } from '@jest/globals'
import { readGatewayConfig } from './config.ts'

const local = {
  SERVICE_URL: 'http://127.0.0.1:3000',
  AUTH0_AUDIENCE: 'https://api.exampleco.com/timesheets',
  AUTH0_ISSUER: 'http://issuer:8081/',
  ALLOW_HTTP_ISSUER: 'true',
  IDENTITY_SECRET: 'local-only-identity-secret-of-gateway-and-service',
}

describe('the identity secret that stands in the repository', () => {
  test('is good with the local issuer', () => {
    expect(readGatewayConfig(local).issuers).toEqual(['http://issuer:8081/'])
  })

  test.each([
    ['the domain of a tenant', { AUTH0_ISSUER: '', AUTH0_DOMAIN: 'exampleco.eu.auth0.com' }],
    ['an issuer with https', { AUTH0_ISSUER: 'https://login.exampleco.com/' }],
  ])('is refused with %s', (_case, tenant) => {
    expect(() => readGatewayConfig({ ...local, ...tenant })).toThrow(
      /IDENTITY_SECRET: is the one of the local stack/,
    )
  })

  test('is nobody else’s matter: a secret of one’s own is taken', () => {
    const own = { IDENTITY_SECRET: 'f'.repeat(64), AUTH0_ISSUER: '', AUTH0_DOMAIN: 'exampleco.eu.auth0.com' }
    expect(readGatewayConfig({ ...local, ...own }).issuers).toEqual(['https://exampleco.eu.auth0.com/'])
  })
})
