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
import { migrateSettings } from '../prisma/migrate.ts'
import { environmentOf, type SecretKey, secretFilesOf } from './environment.ts'
import { describeManifests } from './kubectl.ts'
import {
  find,
  type Manifest,
  overlays,
  renderOverlay,
  type Workload,
  workload,
  workloadsOf,
} from './rendered.ts'

type Environment = Record<string, string>

/** What the code of each process knows: its table of settings, and how it reads them. */
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

const ours = (manifests: readonly Manifest[]) =>
  workloadsOf(manifests).filter(({ container }) => /(^|\/)timesheets\//.test(container.image!))

let folder: string
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'k8s-settings-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describeManifests('the settings fit the code', () => {
  test.each(overlays)('%s: each process starts with what it is given', async (overlay) => {
    const manifests = renderOverlay(overlay)
    const names = ours(manifests).map(({ name }) => name)
    const standIns = overlay === 'local' ? ['issuer', 'tracker'] : []
    expect(new Set(names)).toEqual(
      new Set(['gateway', 'timesheets-service', 'contractor-sync', 'migrate', ...standIns]),
    )
    for (const one of ours(manifests)) await processes[one.name]!.read(asProcessSees(one, manifests))
  })

  test.each(overlays)('%s: no variable that no code reads, and every secret as a file', async (overlay) => {
    const manifests = renderOverlay(overlay)
    for (const one of ours(manifests)) {
      const table = await processes[one.name]!.table(asProcessSees(one, manifests))
      const settings = new Map(Object.values(table).map((setting) => [setting.name, setting]))
      for (const [variable, value] of environmentOf(one, manifests)) {
        expect([one.name, variable, settings.has(variable)]).toEqual([one.name, variable, true])
        expect([variable, 'secret' in value]).toEqual([variable, settings.get(variable)!.secret])
      }
    }
  })

  test.each(overlays)('%s: a process gets no secret that it does not read', (overlay) => {
    for (const one of workloadsOf(renderOverlay(overlay))) {
      const read = [...environmentOf(one, renderOverlay(overlay)).values()].filter(
        (value) => 'secret' in value,
      )
      expect([one.name, [...secretFilesOf(one).values()]]).toEqual([one.name, expect.arrayContaining(read)])
      expect([one.name, secretFilesOf(one).size]).toEqual([one.name, read.length])
    }
  })

  test.each(overlays)('%s: what two processes must agree on, they do', (overlay) => {
    const manifests = renderOverlay(overlay)
    const texts = (variable: string, ...names: string[]) =>
      new Set(names.map((name) => textOf(manifests, name, variable)))
    expect(texts('PUBLIC_URL', 'gateway', 'timesheets-service').size).toBe(1)
    expect(texts('AUTH0_AUDIENCE', 'gateway', 'contractor-sync').size).toBe(1)
    expect(texts('AUTH0_DOMAIN', 'gateway', 'contractor-sync').size).toBe(1)
    expect(texts('AUTH0_ISSUER', 'gateway', 'contractor-sync').size).toBe(1)
    // One key, so that it cannot be replaced on one side only.
    const [signs, accepts] = ['gateway', 'timesheets-service'].map((name) =>
      environmentOf(workload(manifests, name), manifests).get('IDENTITY_SECRET'),
    )
    expect(signs).toEqual(accepts)
    const owners = textOf(manifests, 'timesheets-service', 'SOURCE_OWNERS')
    if (owners !== undefined) {
      expect(owners).toBe(`harvest=${textOf(manifests, 'contractor-sync', 'AUTH0_CLIENT_ID')}`)
    }
  })

  test.each(overlays)('%s: each server listens on the ports that its pod names', async (overlay) => {
    const manifests = renderOverlay(overlay)
    for (const one of ours(manifests).filter(({ container }) => container.ports !== undefined)) {
      const config = (await processes[one.name]!.read(asProcessSees(one, manifests))) as Record<
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

  test('production knows no stand-in and no plain http from outside', () => {
    const manifests = renderOverlay('production')
    expect(workloadsOf(manifests).map(({ name }) => name)).not.toContain('issuer')
    for (const one of workloadsOf(manifests)) {
      expect(environmentOf(one, manifests).has('ALLOW_HTTP_ISSUER')).toBe(false)
    }
    expect(textOf(manifests, 'gateway', 'PUBLIC_URL')).toMatch(/^https:/)
    expect(manifests.filter(({ kind }) => kind === 'Secret')).toEqual([])
    expect(JSON.stringify(manifests)).not.toContain('local-only')
  })

  test('production: every secret that must be made outside is listed for whoever makes it', () => {
    const documented = readFileSync(new URL('../docs/operations.md', import.meta.url), 'utf8')
    const keys = workloadsOf(renderOverlay('production')).flatMap((one) => [...secretFilesOf(one).values()])
    expect(keys.length).toBeGreaterThanOrEqual(6)
    for (const { secret, key } of keys) {
      const command = new RegExp(
        `kubectl [^\\n]*create secret generic ${secret}( \\\\\\n| )(.*\\\\\\n)*.*--from-file=${key}[ \\n=]`,
      )
      expect([secret, key, command.test(documented)]).toEqual([secret, key, true])
    }
    expect(documented).toContain('create secret tls timesheets-tls')
  })
})

function textOf(manifests: readonly Manifest[], name: string, variable: string): string | undefined {
  const value = environmentOf(workload(manifests, name), manifests).get(variable)
  return value !== undefined && 'text' in value ? value.text : undefined
}

/** The environment of a process, its secrets in files of this machine. */
function asProcessSees(one: Workload, manifests: readonly Manifest[]): Environment {
  const environment: Environment = {}
  for (const [variable, value] of environmentOf(one, manifests)) {
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

/** What the Secret holds, or where it is made outside, something like it. */
function secretText({ secret, key }: SecretKey, manifests: readonly Manifest[]): string {
  if (!manifests.some(({ kind }) => kind === 'Secret')) {
    return key === 'database-url' ? 'postgresql://user:password@192.0.2.10/timesheets' : 'x'.repeat(40)
  }
  const text = find(manifests, 'Secret', secret).data[key] as string | undefined
  if (text === undefined) throw new Error(`The Secret ${secret} has no key ${key}`)
  return Buffer.from(text, 'base64').toString('utf8')
}
