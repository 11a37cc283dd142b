import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { readSyncConfig, settingsFor } from '@timesheets/contractor-sync/config'
import { issuerSettings, readIssuerConfig } from '@timesheets/fake-auth0/config'
import { harvestSettings, readHarvestConfig } from '@timesheets/fake-harvest/config'
import { gatewaySettings, readGatewayConfig } from '@timesheets/gateway/config'
import { readConfig, type Settings } from '@timesheets/runtime/config'
import { readServiceConfig, serviceSettings } from '@timesheets/timesheets-service/config'
import { migrateSettings } from '../../prisma/migrate.ts'
import { listSecretFiles, readEnvironment, type SecretKey } from './environment.ts'
import { describeManifests } from './kubectl.ts'
import {
  find,
  findWorkload,
  listWorkloads,
  type Manifest,
  overlays,
  renderOverlay,
  type Workload,
} from './manifests.ts'

type Environment = Record<string, string>

/** The settings of each process, and the function that reads them. */
const processes: Readonly<
  Record<
    string,
    { table: (environment: Environment) => Promise<Settings>; read: (environment: Environment) => unknown }
  >
> = {
  gateway: { table: async () => gatewaySettings, read: readGatewayConfig },
  'timesheets-service': { table: async () => serviceSettings, read: readServiceConfig },
  'contractor-sync': { table: async (env) => (await settingsFor(env)).settings, read: readSyncConfig },
  migrate: { table: async () => migrateSettings, read: (env) => readConfig(env, migrateSettings) },
  issuer: { table: async () => issuerSettings, read: readIssuerConfig },
  tracker: { table: async () => harvestSettings, read: readHarvestConfig },
}

const listOurWorkloads = (manifests: readonly Manifest[]) =>
  listWorkloads(manifests).filter(({ container }) => /(^|\/)timesheets\//.test(container.image!))

let folder: string
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'k8s-settings-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describeManifests('the settings match the code', () => {
  test.each(overlays)('%s: each process accepts its configuration', async (overlay) => {
    const manifests = renderOverlay(overlay)
    const names = listOurWorkloads(manifests).map(({ name }) => name)
    const standIns = overlay === 'local' ? ['issuer', 'tracker'] : []
    expect(new Set(names)).toEqual(
      new Set(['gateway', 'timesheets-service', 'contractor-sync', 'migrate', ...standIns]),
    )
    for (const one of listOurWorkloads(manifests))
      await processes[one.name]!.read(buildEnvironment(one, manifests))
  })

  test.each(overlays)(
    '%s: each variable is a setting of its process, and each secret is a file',
    async (overlay) => {
      const manifests = renderOverlay(overlay)
      for (const one of listOurWorkloads(manifests)) {
        const table = await processes[one.name]!.table(buildEnvironment(one, manifests))
        const settings = new Map(Object.values(table).map((setting) => [setting.name, setting]))
        for (const [variable, value] of readEnvironment(one, manifests)) {
          expect([one.name, variable, settings.has(variable)]).toEqual([one.name, variable, true])
          expect([variable, 'secret' in value]).toEqual([variable, settings.get(variable)!.secret])
        }
      }
    },
  )

  test.each(overlays)('%s: each process mounts only the secrets that it reads', (overlay) => {
    for (const one of listWorkloads(renderOverlay(overlay))) {
      const read = [...readEnvironment(one, renderOverlay(overlay)).values()].filter(
        (value) => 'secret' in value,
      )
      expect([one.name, [...listSecretFiles(one).values()]]).toEqual([one.name, expect.arrayContaining(read)])
      expect([one.name, listSecretFiles(one).size]).toEqual([one.name, read.length])
    }
  })

  test.each(overlays)('%s: settings that two processes share have the same value', (overlay) => {
    const manifests = renderOverlay(overlay)
    const texts = (variable: string, ...names: string[]) =>
      new Set(names.map((name) => readText(manifests, name, variable)))
    expect(texts('PUBLIC_URL', 'gateway', 'timesheets-service').size).toBe(1)
    expect(texts('AUTH0_AUDIENCE', 'gateway', 'contractor-sync').size).toBe(1)
    expect(texts('AUTH0_DOMAIN', 'gateway', 'contractor-sync').size).toBe(1)
    expect(texts('AUTH0_ISSUER', 'gateway', 'contractor-sync').size).toBe(1)
    // Both mount the same key, so a rotation cannot change one side only.
    const [signs, accepts] = ['gateway', 'timesheets-service'].map((name) =>
      readEnvironment(findWorkload(manifests, name), manifests).get('IDENTITY_SECRET'),
    )
    expect(signs).toEqual(accepts)
    const owners = readText(manifests, 'timesheets-service', 'SOURCE_OWNERS')
    expect(owners).toBe(`harvest=${readText(manifests, 'contractor-sync', 'AUTH0_CLIENT_ID')}`)
  })

  test.each(overlays)('%s: each server listens on the ports of its pod', async (overlay) => {
    const manifests = renderOverlay(overlay)
    for (const one of listOurWorkloads(manifests).filter(({ container }) => container.ports !== undefined)) {
      const config = (await processes[one.name]!.read(buildEnvironment(one, manifests))) as Record<
        string,
        unknown
      >
      const ports = Object.fromEntries(
        one.container.ports!.map(({ name, containerPort }) => [name, containerPort]),
      )
      expect([one.name, config.host, ports]).toEqual([
        one.name,
        '0.0.0.0',
        { http: config.port, ...(config.adminPort === undefined ? {} : { admin: config.adminPort }) },
      ])
    }
  })

  test('production has no stand-in, no Secret, and https only', () => {
    const manifests = renderOverlay('production')
    expect(listWorkloads(manifests).map(({ name }) => name)).not.toContain('issuer')
    for (const one of listWorkloads(manifests)) {
      expect(readEnvironment(one, manifests).has('ALLOW_HTTP_ISSUER')).toBe(false)
    }
    expect(readText(manifests, 'gateway', 'PUBLIC_URL')).toMatch(/^https:/)
    expect(manifests.filter(({ kind }) => kind === 'Secret')).toEqual([])
    expect(JSON.stringify(manifests)).not.toContain('local-only')
  })

  test('production: docs/operations.md has the runCommand that creates each secret', () => {
    const documented = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8')
    const keys = listWorkloads(renderOverlay('production')).flatMap((one) => [
      ...listSecretFiles(one).values(),
    ])
    expect(keys.length).toBeGreaterThanOrEqual(6)
    for (const { secret, key } of keys) {
      const runCommand = new RegExp(
        `kubectl [^\\n]*create secret generic ${secret}( \\\\\\n| )(.*\\\\\\n)*.*--from-file=${key}[ \\n=]`,
      )
      expect([secret, key, runCommand.test(documented)]).toEqual([secret, key, true])
    }
    expect(documented).toContain('create secret tls timesheets-tls')
  })
})

function readText(manifests: readonly Manifest[], name: string, variable: string): string | undefined {
  const value = readEnvironment(findWorkload(manifests, name), manifests).get(variable)
  return value !== undefined && 'text' in value ? value.text : undefined
}

/** Builds the environment of a process, with its secrets in temporary files. */
function buildEnvironment(one: Workload, manifests: readonly Manifest[]): Environment {
  const environment: Environment = {}
  for (const [variable, value] of readEnvironment(one, manifests)) {
    if ('text' in value) {
      environment[variable] = value.text
    } else {
      const file = path.join(folder, `${value.secret}.${value.key}`)
      writeFileSync(file, secretText(value, manifests))
      environment[`${variable}_FILE`] = file
    }
  }
  return environment
}

/** Returns the value in the Secret, or a sample value where the Secret is created outside the manifests. */
function secretText({ secret, key }: SecretKey, manifests: readonly Manifest[]): string {
  if (!manifests.some(({ kind }) => kind === 'Secret')) {
    return key === 'database-url' ? 'postgresql://user:password@192.0.2.10/timesheets' : 'x'.repeat(40)
  }
  const text = find(manifests, 'Secret', secret).data[key] as string | undefined
  if (text === undefined) throw new Error(`The Secret ${secret} has no key ${key}`)
  return Buffer.from(text, 'base64').toString('utf8')
}
