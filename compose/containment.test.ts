import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { Secret } from '@timesheets/runtime/secret'
import { DCLinter } from 'dclint'
import { composePath, exampleText, localSecretsDir, parseEnvFile, readComposeFile } from './compose-file.ts'

const { services, networks, secrets } = readComposeFile(parseEnvFile(exampleText))
const all = Object.entries(services)

const listMembers = (network: string) =>
  all.filter(([, service]) => service.networks?.includes(network)).map(([name]) => name)

test('dclint reports no problem', () => {
  // The file is in the order of a request, not of the alphabet. Built images have a name, too.
  const off = [
    'no-build-and-image',
    'require-quotes-in-ports',
    'service-dependencies-alphabetical-order',
    'service-keys-order',
    'services-alphabetical-order',
    'top-level-properties-order',
  ]
  const rules = Object.fromEntries(off.map((name) => [name, 0 as const]))
  const linter = new DCLinter({ rules, quiet: false, debug: false, exclude: [] })
  expect(
    linter
      .lintFiles([composePath], false)
      .flatMap((result: { messages: readonly unknown[] }) => result.messages),
  ).toEqual([])
})

describe.each(all)('%s', (name, service) => {
  test('has no privileges', () => {
    expect(service).toMatchObject({
      read_only: true,
      init: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    })
    expect([service.cap_add, service.privileged, service.network_mode]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    // The Dockerfile sets the user of our own images.
    expect(service.image.startsWith('timesheets/') || service.user === 'postgres').toBe(true)
  })

  test('can write in memory to /tmp only (Postgres also to its socket folder and /dev/shm)', () => {
    const own = name === 'database' ? ['/tmp', '/run/postgresql'] : ['/tmp']
    const mounts = (service.tmpfs ?? []).map((mount) => mount.split(':') as [string, string])
    const isReadOnly = ([, options]: [string, string]) => options.split(',').includes('ro')
    const paths = (mounted: [string, string][]) => mounted.map(([path]) => path).toSorted()
    expect(paths(mounts.filter((mount) => !isReadOnly(mount)))).toEqual(own.toSorted())
    // Parallel queries of Postgres use shared memory in /dev/shm.
    expect(paths(mounts.filter(isReadOnly))).toEqual(
      name === 'database' ? ['/dev/mqueue'] : ['/dev/mqueue', '/dev/shm'],
    )
  })

  test('is recreated when SECRETS_DIR changes', () => {
    const elsewhere = readComposeFile({ ...parseEnvFile(exampleText), SECRETS_DIR: '/elsewhere' })
    expect(service.secrets?.length).toBeGreaterThan(0)
    // Compose itself does not compare the source files of secrets.
    expect(elsewhere.services[name]?.labels).not.toEqual(service.labels)
  })

  test('has limits for CPU, memory, processes and logs', () => {
    expect(Object.keys(service.deploy!.resources.limits).toSorted()).toEqual(['cpus', 'memory', 'pids'])
    expect(service.logging?.options).toEqual({ 'max-size': '10m', 'max-file': '5' })
  })

  test('reads its secrets from files that it mounts', () => {
    const read = Object.entries(service.environment ?? {}).filter(([name]) => name.endsWith('_FILE'))
    for (const [, file] of read) {
      expect(service.secrets).toContain(path.basename(file!))
      expect(path.dirname(file!)).toBe('/run/secrets')
    }
    for (const name of service.secrets ?? []) expect(Object.keys(secrets)).toContain(name)
  })
})

test('all services restart by themselves, except migrate, which the service waits for', () => {
  for (const [name, { restart }] of all) expect(restart).toBe(name === 'migrate' ? 'no' : 'unless-stopped')
  expect(services['timesheets-service']?.depends_on?.migrate?.condition).toBe(
    'service_completed_successfully',
  )
})

test('only the gateway publishes a port, on loopback', () => {
  const published = all.filter(([, { ports }]) => ports !== undefined)
  expect(published.map(([name, { ports }]) => [name, ports])).toEqual([['gateway', ['127.0.0.1:8080:8080']]])
})

test('networks: only the service and migrate reach the database, only the gateway reaches the service', () => {
  expect(listMembers('database')).toEqual(['database', 'migrate', 'timesheets-service'])
  expect(listMembers('service')).toEqual(['timesheets-service', 'gateway'])
  expect(listMembers('outside')).toEqual(['gateway', 'contractor-sync', 'issuer', 'tracker'])
  expect(networks).toMatchObject({ database: { internal: true }, service: { internal: true } })
})

test('CSV_DIR must exist; without CSV_DIR, an empty folder is mounted', () => {
  const readVolumes = (variables: Record<string, string>) =>
    readComposeFile({ ...parseEnvFile(exampleText), ...variables }).services['contractor-sync']?.volumes
  const bind = { type: 'bind', target: '/exports', read_only: true, bind: { create_host_path: false } }
  // In the short syntax, "exports" would be the name of a volume.
  expect(readVolumes({ CSV_DIR: 'exports' })).toEqual([{ ...bind, source: 'exports' }])
  expect(readVolumes({})).toEqual([{ ...bind, source: './compose/exports' }])
  expect(readdirSync(new URL('exports', import.meta.url))).toEqual(['.gitkeep'])
})

test('the health check of the daemon looks for its READY_PATH', () => {
  const { environment, healthcheck } = services['contractor-sync']!
  expect(environment?.READY_PATH).toMatch(/^\/tmp\//)
  expect(healthcheck?.test.slice(1)).toEqual(['/nodejs/bin/node', 'health.js', environment?.READY_PATH])
})

test('the stop grace period of each server covers its drain', () => {
  for (const name of ['gateway', 'timesheets-service']) {
    const { environment, stop_grace_period: grace } = services[name]!
    const drainMs = Number(environment?.DRAIN_WAIT_MS) + Number(environment?.DRAIN_DEADLINE_MS)
    expect(Number.parseInt(grace ?? '', 10) * 1000).toBeGreaterThan(drainMs)
  }
})

test('without .env, the error says to copy .env.example', () => {
  expect(() => readComposeFile({})).toThrow('SECRETS_DIR first: cp .env.example .env')
})

describe('the published local secrets', () => {
  const read = (name: string) => readFileSync(path.join(localSecretsDir, name), 'utf8').trimEnd()

  test('are complete and in the folder that .env.example names', () => {
    const files = Object.values(secrets).map(({ file }) => path.basename(file))
    expect(readdirSync(localSecretsDir).toSorted()).toEqual([...new Set(files)].toSorted())
    expect(parseEnvFile(exampleText).SECRETS_DIR).toBe('./secrets/local')
  })

  test('are marked as local, so that they are rejected with a real tenant', () => {
    for (const name of readdirSync(localSecretsDir).filter((name) => name !== 'database_url')) {
      expect([name, new Secret(read(name)).isLocalOnly]).toEqual([name, true])
    }
  })

  test('database_url contains database_password', () => {
    expect(new URL(read('database_url')).password).toBe(read('database_password'))
  })
})
