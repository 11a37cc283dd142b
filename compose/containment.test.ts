import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { Secret } from '@timesheets/runtime/secret'
import { DCLinter } from 'dclint'
import { composePath, exampleText, localSecretsDir, readComposeFile, variablesOf } from './compose-file.ts'

const { services, networks, secrets } = readComposeFile(variablesOf(exampleText))
const all = Object.entries(services)

const membersOf = (network: string) =>
  all.filter(([, service]) => service.networks?.includes(network)).map(([name]) => name)

test('dclint has nothing to say', () => {
  // Its orders are of the alphabet; the file's is the way of a request. An image that is built also has a name.
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
  test('has no right that it does not need', () => {
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
    // Our own images say in the Dockerfile who they run as.
    expect(service.image.startsWith('timesheets/') || service.user === 'postgres').toBe(true)
  })

  test('finds no place in memory to write to but /tmp, where it is not Postgres', () => {
    const own = name === 'database' ? ['/tmp', '/run/postgresql'] : ['/tmp']
    const mounts = (service.tmpfs ?? []).map((mount) => mount.split(':') as [string, string])
    const isReadOnly = ([, options]: [string, string]) => options.split(',').includes('ro')
    const paths = (mounted: [string, string][]) => mounted.map(([path]) => path).toSorted()
    expect(paths(mounts.filter((mount) => !isReadOnly(mount)))).toEqual(own.toSorted())
    // Parallel queries of Postgres share their memory in /dev/shm.
    expect(paths(mounts.filter(isReadOnly))).toEqual(
      name === 'database' ? ['/dev/mqueue'] : ['/dev/mqueue', '/dev/shm'],
    )
  })

  test('is made anew where its secrets come from elsewhere', () => {
    const elsewhere = readComposeFile({ ...variablesOf(exampleText), SECRETS_DIR: '/elsewhere' })
    expect(service.secrets?.length).toBeGreaterThan(0)
    // Compose compares all of a service but what its secrets are read from.
    expect(elsewhere.services[name]?.labels).not.toEqual(service.labels)
  })

  test('takes no more of the machine than its share, log included', () => {
    expect(Object.keys(service.deploy!.resources.limits).toSorted()).toEqual(['cpus', 'memory', 'pids'])
    expect(service.logging?.options).toEqual({ 'max-size': '10m', 'max-file': '5' })
  })

  test('gets its secrets as files, and only those that are named', () => {
    const read = Object.entries(service.environment ?? {}).filter(([name]) => name.endsWith('_FILE'))
    for (const [, file] of read) {
      expect(service.secrets).toContain(path.basename(file!))
      expect(path.dirname(file!)).toBe('/run/secrets')
    }
    for (const name of service.secrets ?? []) expect(Object.keys(secrets)).toContain(name)
  })
})

test('each comes back by itself, but for the migration, which the service waits for', () => {
  for (const [name, { restart }] of all) expect(restart).toBe(name === 'migrate' ? 'no' : 'unless-stopped')
  expect(services['timesheets-service']?.depends_on?.migrate?.condition).toBe(
    'service_completed_successfully',
  )
})

test('the gateway is the only door, and open to this machine alone', () => {
  const published = all.filter(([, { ports }]) => ports !== undefined)
  expect(published.map(([name, { ports }]) => [name, ports])).toEqual([['gateway', ['127.0.0.1:8080:8080']]])
})

test('the database is reached by the service and its migration, the service by the gateway; neither has a way out', () => {
  expect(membersOf('database')).toEqual(['database', 'migrate', 'timesheets-service'])
  expect(membersOf('service')).toEqual(['timesheets-service', 'gateway'])
  expect(membersOf('outside')).toEqual(['gateway', 'contractor-sync', 'issuer', 'tracker'])
  expect(networks).toMatchObject({ database: { internal: true }, service: { internal: true } })
})

test('a folder of exports whose name is mistyped is an error, and an empty one where none is wanted', () => {
  const folderOf = (variables: Record<string, string>) =>
    readComposeFile({ ...variablesOf(exampleText), ...variables }).services['contractor-sync']?.volumes
  const bind = { type: 'bind', target: '/exports', read_only: true, bind: { create_host_path: false } }
  // A bare word would be the name of a volume in the short syntax.
  expect(folderOf({ CSV_DIR: 'exports' })).toEqual([{ ...bind, source: 'exports' }])
  expect(folderOf({})).toEqual([{ ...bind, source: './compose/exports' }])
  expect(readdirSync(new URL('exports', import.meta.url))).toEqual(['.gitkeep'])
})

test('the daemon is asked for the file that it makes', () => {
  const { environment, healthcheck } = services['contractor-sync']!
  expect(environment?.READY_PATH).toMatch(/^\/tmp\//)
  expect(healthcheck?.test.slice(1)).toEqual(['/nodejs/bin/node', 'health.js', environment?.READY_PATH])
})

test('a container is given the time that its drain takes', () => {
  for (const name of ['gateway', 'timesheets-service']) {
    const { environment, stop_grace_period: grace } = services[name]!
    const drainMs = Number(environment?.DRAIN_WAIT_MS) + Number(environment?.DRAIN_DEADLINE_MS)
    expect(Number.parseInt(grace ?? '', 10) * 1000).toBeGreaterThan(drainMs)
  }
})

test('without .env, one line says what to do', () => {
  expect(() => readComposeFile({})).toThrow('SECRETS_DIR first: cp .env.example .env')
})

describe('the secrets that stand in the repository', () => {
  const read = (name: string) => readFileSync(path.join(localSecretsDir, name), 'utf8').trimEnd()

  test('are all there are, and their folder is what .env.example names', () => {
    const files = Object.values(secrets).map(({ file }) => path.basename(file))
    expect(readdirSync(localSecretsDir).toSorted()).toEqual([...new Set(files)].toSorted())
    expect(variablesOf(exampleText).SECRETS_DIR).toBe('./secrets/local')
  })

  test('tell what they are, so that they are refused with a real tenant', () => {
    for (const name of readdirSync(localSecretsDir).filter((name) => name !== 'database_url')) {
      expect([name, new Secret(read(name)).isLocalOnly]).toEqual([name, true])
    }
  })

  test('fit each other', () => {
    expect(new URL(read('database_url')).password).toBe(read('database_password'))
  })
})
