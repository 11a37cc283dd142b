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
  // Runs the deployed code as Auth0 does, as a CommonJS module.
  const module = { exports: {} as { onExecutePostLogin: typeof onExecutePostLogin } }
  runInNewContext(tenant.actions[0]!.code, { module, exports: module.exports })
  onExecutePostLogin = module.exports.onExecutePostLogin
})

const claim = gatewaySettings.userClaim.defaultText!
const ours = { identifier: 'https://api.exampleco.com/timesheets' }

test('adds a verified e-mail as the claim that the gateway reads', async () => {
  const user = { email: 'kim@exampleco.com', email_verified: true }
  expect(await runAction({ resource_server: ours, user })).toEqual({ [claim]: 'kim@exampleco.com' })
})

test.each([
  ['not verified', { email: 'kim@exampleco.com', email_verified: false }],
  ['without email_verified', { email: 'kim@exampleco.com' }],
  ['with the string "true" as email_verified', { email: 'kim@exampleco.com', email_verified: 'true' }],
  ['missing', { email_verified: true }],
  ['empty', { email: '', email_verified: true }],
])('adds no claim for an e-mail that is %s', async (_case, user) => {
  expect(await runAction({ resource_server: ours, user })).toEqual({})
})

test('adds no claim to tokens for another API or without an API', async () => {
  const user = { email: 'kim@exampleco.com', email_verified: true }
  expect(await runAction({ resource_server: { identifier: 'https://other.example/' }, user })).toEqual({})
  expect(await runAction({ user })).toEqual({})
})

test('is deployed and bound to every login', () => {
  const [action, ...others] = tenant.actions
  expect(others).toEqual([])
  expect(action).toMatchObject({ deployed: true, supported_triggers: [{ id: 'post-login' }] })
  expect(tenant.triggers).toEqual({
    'post-login': [expect.objectContaining({ action_name: action!.name })],
  })
  expect(tenant.resourceServers[0]!.identifier).toBe(ours.identifier)
})

async function runAction(event: Event): Promise<Record<string, unknown>> {
  const claims: Record<string, unknown> = {}
  const setCustomClaim = (name: string, value: unknown) => {
    claims[name] = value
  }
  await onExecutePostLogin(event, { accessToken: { setCustomClaim } })
  return claims
}
