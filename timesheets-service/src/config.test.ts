import { expect, test } from '@jest/globals'
import { ConfigError } from '@timesheets/runtime/config'
import { readServiceConfig } from './config.ts'

const required = {
  DATABASE_URL: 'postgresql://service:password@localhost/timesheets',
  IDENTITY_SECRET: 'a secret of the gateway and the service, for tests',
}
const localSecret = 'local-only-identity-secret-of-gateway-and-service'

function readIssues(environment: Record<string, string>): readonly string[] {
  try {
    readServiceConfig({ ...required, ...environment })
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.issues
    throw error
  }
}

test('rejects the published identity secret of the local stack, current or previous', () => {
  expect(readIssues({})).toEqual([])
  expect(readIssues({ IDENTITY_SECRET: localSecret, IDENTITY_SECRET_PREVIOUS: localSecret })).toEqual([
    expect.stringMatching(/^IDENTITY_SECRET: is the published secret of the local stack; create one/),
    expect.stringMatching(/^IDENTITY_SECRET_PREVIOUS: /),
  ])
})

test('allows it in the local stack', () => {
  expect(readIssues({ IDENTITY_SECRET: localSecret, ALLOW_LOCAL_SECRETS: 'true' })).toEqual([])
})
