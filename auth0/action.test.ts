import { runInNewContext } from 'node:vm'
import { beforeAll, expect, test } from '@jest/globals'
import { gatewaySettings } from '@timesheets/gateway/config'
import { readTenant, type Tenant } from './tenant.ts'

interface Event {
  readonly resource_server?: { readonly identifier: string }
  readonly user: { readonly email?: string; readonly email_verified?: unknown }
}

interface Api {
  readonly accessToken: { setCustomClaim(name: string, value: unknown): void }
}

let tenant: Tenant
let onExecutePostLogin: (event: Event, api: Api) => Promise<void>

beforeAll(async () => {
  tenant = await readTenant({ PUBLIC_URL: 'https://timesheets.exampleco.com' })
  // The very text that would be deployed, run as Auth0 does: as a CommonJS module.
  const module = { exports: {} as { onExecutePostLogin: typeof onExecutePostLogin } }
  runInNewContext(tenant.actions[0]!.code, { module, exports: module.exports })
  onExecutePostLogin = module.exports.onExecutePostLogin
})

const claim = gatewaySettings.userClaim.defaultText!
const ours = { identifier: 'https://api.exampleco.com/timesheets' }

test('a verified e-mail is put where the gateway looks for the person', async () => {
  const user = { email: 'kim@exampleco.com', email_verified: true }
  expect(await claimsAfter({ resource_server: ours, user })).toEqual({ [claim]: 'kim@exampleco.com' })
})

test.each([
  ['not verified', { email: 'kim@exampleco.com', email_verified: false }],
  ['of which nothing is said', { email: 'kim@exampleco.com' }],
  ['"verified" by a word, not by Auth0', { email: 'kim@exampleco.com', email_verified: 'true' }],
  ['not there at all', { email_verified: true }],
  ['empty', { email: '', email_verified: true }],
])('an e-mail that is %s is not', async (_what, user) => {
  expect(await claimsAfter({ resource_server: ours, user })).toEqual({})
})

test('tokens for other APIs, or for none, are left as they are', async () => {
  const user = { email: 'kim@exampleco.com', email_verified: true }
  expect(await claimsAfter({ resource_server: { identifier: 'https://other.example/' }, user })).toEqual({})
  expect(await claimsAfter({ user })).toEqual({})
})

test('it is deployed, and runs at every login', () => {
  const [action, ...others] = tenant.actions
  expect(others).toEqual([])
  expect(action).toMatchObject({ deployed: true, supported_triggers: [{ id: 'post-login' }] })
  expect(tenant.triggers).toEqual({
    'post-login': [expect.objectContaining({ action_name: action!.name })],
  })
  expect(tenant.resourceServers[0]!.identifier).toBe(ours.identifier)
})

async function claimsAfter(event: Event): Promise<Record<string, unknown>> {
  const claims: Record<string, unknown> = {}
  const setCustomClaim = (name: string, value: unknown) => {
    claims[name] = value
  }
  await onExecutePostLogin(event, { accessToken: { setCustomClaim } })
  return claims
}
