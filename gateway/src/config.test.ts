import { inspect } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { readGatewayConfig } from './config.ts'

const local = {
  SERVICE_URL: 'http://127.0.0.1:3000',
  AUTH0_AUDIENCE: 'https://api.exampleco.com/timesheets',
  AUTH0_ISSUER: 'http://issuer:8081/',
  ALLOW_HTTP_ISSUER: 'true',
  IDENTITY_SECRET: 'local-only-identity-secret-of-gateway-and-service',
}

describe('the identity secret of the repository', () => {
  test('is accepted with the local issuer', () => {
    expect(readGatewayConfig(local).issuers).toEqual(['http://issuer:8081/'])
  })

  test.each([
    ['the domain of a tenant', { AUTH0_ISSUER: '', AUTH0_DOMAIN: 'exampleco.eu.auth0.com' }],
    ['an issuer with https', { AUTH0_ISSUER: 'https://login.exampleco.com/' }],
  ])('is rejected with %s', (_case, tenant) => {
    expect(() => readGatewayConfig({ ...local, ...tenant })).toThrow(
      /IDENTITY_SECRET: is the one of the local stack/,
    )
  })

  test('does not matter where the secret is another', () => {
    const own = { IDENTITY_SECRET: 'f'.repeat(64), AUTH0_ISSUER: '', AUTH0_DOMAIN: 'exampleco.eu.auth0.com' }
    expect(readGatewayConfig({ ...local, ...own }).issuers).toEqual(['https://exampleco.eu.auth0.com/'])
  })
})

const production = {
  SERVICE_URL: 'http://timesheets-service:3000',
  AUTH0_AUDIENCE: 'https://api.exampleco.com/timesheets',
  AUTH0_DOMAIN: 'exampleco.eu.auth0.com',
  IDENTITY_SECRET: 'a'.repeat(64),
}

function findInvalid(environment: Record<string, string>): readonly string[] {
  try {
    readGatewayConfig(environment)
    return []
  } catch (error) {
    return (error as { issues: string[] }).issues.map((issue) => issue.split(':')[0]!)
  }
}

describe('the issuers', () => {
  test('follow from the domain, with their keys', () => {
    expect(readGatewayConfig(production)).toMatchObject({
      issuers: ['https://exampleco.eu.auth0.com/'],
      jwksUri: 'https://exampleco.eu.auth0.com/.well-known/jwks.json',
    })
  })

  test('are the custom domains as well', () => {
    const custom = { AUTH0_CUSTOM_DOMAINS: 'Login.exampleco.com, ,auth.exampleco.com' }
    expect(readGatewayConfig({ ...production, ...custom }).issuers).toEqual([
      'https://exampleco.eu.auth0.com/',
      'https://login.exampleco.com/',
      'https://auth.exampleco.com/',
    ])
  })

  test('and the keys can be named apart, letter for letter', () => {
    const named = { AUTH0_ISSUER: 'https://Exampleco.com/x', AUTH0_JWKS_URI: 'https://keys.test/a.json?b' }
    expect(readGatewayConfig({ ...production, ...named })).toMatchObject({
      issuers: ['https://Exampleco.com/x'],
      jwksUri: 'https://keys.test/a.json?b',
    })
  })

  test.each([
    'https://exampleco.eu.auth0.com',
    'exampleco',
    'a b.com',
    'exampleco.eu.auth0.com/',
    'a.com:80',
    '',
  ])('are not "%s"', (domain) => {
    expect(findInvalid({ ...production, AUTH0_DOMAIN: domain })).toEqual(['AUTH0_DOMAIN'])
  })

  test('are not reached by plain http unless that is allowed', () => {
    const plain = { AUTH0_ISSUER: 'http://issuer/', AUTH0_JWKS_URI: 'HTTP://issuer/jwks' }
    expect(findInvalid({ ...production, ...plain })).toEqual(['AUTH0_ISSUER', 'AUTH0_JWKS_URI'])
    expect(findInvalid({ ...production, ...plain, ALLOW_HTTP_ISSUER: 'true' })).toEqual([])
    expect(findInvalid({ ...production, ...plain, ALLOW_HTTP_ISSUER: '1' })).toEqual(['ALLOW_HTTP_ISSUER'])
  })
})

test('rejects the secret of the repository beside the domain of a tenant', () => {
  for (const AUTH0_ISSUER of ['http://issuer:8081/', 'HTTP://issuer:8081/']) {
    const mixed = { ...local, AUTH0_ISSUER, AUTH0_DOMAIN: 'exampleco.eu.auth0.com' }
    expect(findInvalid(mixed)).toEqual(['IDENTITY_SECRET'])
  }
})

test('reports all invalid settings together', () => {
  expect(findInvalid({})).toEqual(['SERVICE_URL', 'IDENTITY_SECRET', 'AUTH0_AUDIENCE', 'AUTH0_DOMAIN'])
  expect(
    findInvalid({ ...production, GATEWAY_PORT: 'x', IDENTITY_SECRET: 'short', AUTH0_JWKS_URI: 'http://a/' }),
  ).toEqual(['GATEWAY_PORT', 'IDENTITY_SECRET', 'AUTH0_JWKS_URI'])
})

test('accepts only an origin as the URL of the service, so that the path is forwarded unchanged', () => {
  expect(findInvalid({ ...production, SERVICE_URL: 'http://service:80/' })).toEqual([])
  for (const url of ['http://service/api', 'http://service/?a', 'http://u:p@service', 'service:3000']) {
    expect(findInvalid({ ...production, SERVICE_URL: url })).toEqual(['SERVICE_URL'])
  }
})

test('contains no readable secret', () => {
  const config = readGatewayConfig(production)
  for (const text of [
    JSON.stringify(config),
    inspect(config, { depth: 9, showHidden: true }),
    String(config),
  ]) {
    expect(text).not.toContain(production.IDENTITY_SECRET)
  }
})

test('a secret that is too short is not shown either', () => {
  expect(() => readGatewayConfig({ ...production, IDENTITY_SECRET: 'hunter2' })).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
  )
})

describe('the origins of browser apps', () => {
  const readOrigins = (text: string) => readGatewayConfig({ ...production, CORS_ORIGINS: text }).corsOrigins

  test('are none by default', () => {
    expect(readGatewayConfig(production).corsOrigins).toEqual([])
    expect(readOrigins('https://app.exampleco.com, http://localhost:5173')).toEqual([
      'https://app.exampleco.com',
      'http://localhost:5173',
    ])
  })

  test.each([
    '*',
    'null',
    'app.exampleco.com',
    'https://app.exampleco.com/',
    'https://APP.exampleco.com',
    'ftp://x',
  ])('rejects %s', (text) => {
    expect(findInvalid({ ...production, CORS_ORIGINS: text })).toEqual(['CORS_ORIGINS'])
  })
})

test('rejects an issuer of Auth0 without its slash, and an audience with blanks', () => {
  const issuer = { AUTH0_ISSUER: 'https://exampleco.eu.auth0.com' }
  expect(findInvalid({ ...production, ...issuer })).toEqual(['AUTH0_ISSUER'])
  expect(findInvalid({ ...production, AUTH0_ISSUER: 'https://exampleco.eu.auth0.com/' })).toEqual([])
  expect(findInvalid({ ...production, AUTH0_AUDIENCE: ' https://api.exampleco.com' })).toEqual([
    'AUTH0_AUDIENCE',
  ])
})
