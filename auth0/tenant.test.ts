import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeAll, expect, test } from '@jest/globals'
import { scopes } from '@timesheets/contracts/scope'
import { createRegistry } from '@timesheets/fake-auth0/registry'
import { parse } from 'yaml'
import { config, readTenant, type Tenant } from './tenant.ts'

const audience = 'https://api.exampleco.com/timesheets'
const keywords = { PUBLIC_URL: 'https://timesheets.exampleco.com' }

const tenantText = readFileSync(new URL('tenant.yaml', import.meta.url), 'utf8')
const tenantFile = parse(tenantText) as Record<string, unknown>

let tenant: Tenant
beforeAll(async () => {
  tenant = await readTenant(keywords)
})

test.each([
  ['a field of a wrong type', 'enforce_policies: true', 'enforce_policies: sometimes'],
  ['an unknown enum value', 'require_client_grant', 'require_a_client_grant'],
  ['a missing name', '- name: employee', '- title: employee'],
])("the CLI's schema rejects %s", async (_case, right, wrong) => {
  await expect(readTenant(keywords, copyWith(right, wrong))).rejects.toThrow(/Schema validation failed/)
})

test("Auth0's API knows every field (the CLI's schema accepts misspelled ones)", () => {
  const cli = createRequire(createRequire(import.meta.url).resolve('auth0-deploy-cli'))
  const declarations = path.join(path.dirname(cli.resolve('auth0')), 'management/api')
  const declared = ['requests/requests.d.ts', 'types/types.d.ts'].map((file) =>
    readFileSync(path.join(declarations, file), 'utf8'),
  )
  const known = new Set([...declared.join('').matchAll(/^\s*"?(\w+)"?\??:/gm)].map(([, name]) => name))
  // The fields of a binding belong to the CLI, which converts them to a reference to the action.
  const { triggers: _triggers, ...rest } = tenantFile
  const fields = Object.values(rest).flatMap(listFields)
  expect(fields.length).toBeGreaterThan(60)
  expect(fields.filter((name) => !known.has(name))).toEqual([])
  expect(known.has('enforce_polices')).toBe(false)
})

test('an import deletes nothing in the tenant', () => {
  expect(config.AUTH0_ALLOW_DELETE).toBe(false)
})

test('the CLI reads every section of the file (it ignores sections that are not in AUTH0_INCLUDED_ONLY)', () => {
  const written = Object.keys(tenantFile)
  expect(written.toSorted()).toEqual((config.AUTH0_INCLUDED_ONLY as string[]).toSorted())
  for (const name of written) expect(tenant).toHaveProperty(name)
  expect(JSON.stringify(tenant)).not.toMatch(/##|@@/)
})

test('the API has the scopes of the code, RBAC, and permissions in its tokens', () => {
  expect(tenant.resourceServers).toHaveLength(1)
  const [api] = tenant.resourceServers
  expect(Object.fromEntries(api!.scopes.map(({ value, description }) => [value, description]))).toEqual(
    scopes,
  )
  expect(api).toMatchObject({
    identifier: audience,
    signing_alg: 'RS256',
    enforce_policies: true,
    token_dialect: 'access_token_authz',
  })
})

test('contractor-sync has the only client grant, with the scope batch:upload only', () => {
  expect(tenant.clientGrants).toEqual([
    { client_id: 'contractor-sync', audience, subject_type: 'client', scope: ['batch:upload'] },
  ])
  expect(client('contractor-sync')).toMatchObject({
    app_type: 'non_interactive',
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'client_secret_post',
  })
})

test('the browser client has no secret and redirects to our origin only', () => {
  const { callbacks, allowed_logout_urls, web_origins, ...rest } = client('timesheets-web')
  expect(rest).toMatchObject({
    app_type: 'spa',
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
  })
  const urls = [callbacks, allowed_logout_urls, web_origins].flat() as string[]
  expect(new Set(urls.map((url) => new URL(url).origin))).toEqual(new Set([keywords.PUBLIC_URL]))
})

test('the roles match those of the local issuer, and none has batch:upload', () => {
  const local = Object.groupBy(createRegistry({ audience }).people, ({ role }) => role.toLowerCase())
  expect(tenant.roles.map(({ name }) => name)).toEqual(['employee', 'manager'])
  for (const { name, permissions } of tenant.roles) {
    expect(new Set(permissions.map((permission) => permission.resource_server_identifier))).toEqual(
      new Set([audience]),
    )
    const allowed = permissions.map((permission) => permission.permission_name)
    expect(allowed.toSorted()).toEqual([...local[name]![0]!.permissions].sort())
    expect(allowed).not.toContain('batch:upload')
  }
})

test('the tenant file and the configuration contain no secret', () => {
  expect(tenantText).not.toMatch(/^\s*(client_)?secrets?:/m)
  expect(Object.keys(config).filter((name) => /SECRET|TOKEN|CLIENT_ID/.test(name))).toEqual([])
})

function client(name: string) {
  const found = tenant.clients.find((candidate) => candidate.name === name)
  if (found === undefined) throw new Error(`The tenant has no client ${name}`)
  return found
}

/** Writes a copy of the tenant file with one error. */
function copyWith(right: string, wrong: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'tenant-'))
  process.once('exit', () => rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'tenant.yaml')
  expect(tenantText).toContain(right)
  writeFileSync(file, tenantText.replace(right, wrong))
  return file
}

/** Lists the names of all fields, at any depth. */
function listFields(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  const own = Array.isArray(value) ? [] : Object.keys(value)
  return [...own, ...Object.values(value).flatMap(listFields)]
}
