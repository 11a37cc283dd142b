import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { loadTracker, trackerNames } from '@timesheets/contractor-sync/trackers/registry'
import { readServiceConfig } from '@timesheets/timesheets-service/config'
import { processes } from '../docs/processes.ts'
import { operationsPath } from '../docs/settings-reference.ts'
import { readImageEnvironment } from '../images/dockerfile.ts'
import { composeText, exampleText, parseEnvFile, readComposeFile } from './compose-file.ts'

const example = parseEnvFile(exampleText)
const { services } = readComposeFile(example)

/** Settings of trackers that docker-compose.yml does not list; they come from tracker.env. */
const trackers = await Promise.all(
  trackerNames.map(async (name) => Object.values((await loadTracker(name))!.settings)),
)
const listed = Object.keys(services['contractor-sync']!.environment!).map((name) =>
  name.replace(/_FILE$/, ''),
)
const inEnvFile = new Set(
  trackers.filter((settings) => !settings.some(({ name }) => listed.includes(name))).flat(),
)

/** The issuer and the tracker have the same image. */
const findTarget = (name: string) => (name === 'issuer' || name === 'tracker' ? 'local' : name)

describe.each(Object.entries(processes))('%s', (name, all) => {
  const settings = all.filter((setting) => !inEnvFile.has(setting))
  const given = services[name]!.environment!
  const byImage = readImageEnvironment(findTarget(name))
  const known = settings.map((setting) => setting.name)

  test('gets only variables that are its settings', () => {
    const names = Object.keys(given).map((variable) => variable.replace(/_FILE$/, ''))
    expect(names.filter((variable) => !known.includes(variable))).toEqual([])
  })

  test('gets each of its settings from the compose file or the image', () => {
    const settable = [
      ...Object.keys(given).map((variable) => variable.replace(/_FILE$/, '')),
      ...Object.keys(byImage),
    ]
    expect(known.filter((variable) => !settable.includes(variable))).toEqual([])
  })

  test('gets secrets as files, and required settings from .env.example', () => {
    for (const setting of settings) {
      if (setting.name in byImage) continue
      if (setting.secret) expect(given[`${setting.name}_FILE`]).toMatch(/^\/run\/secrets\//)
      else if (setting.defaultText === undefined && !setting.optional) {
        expect([setting.name, given[setting.name] || example[setting.name]]).toEqual([
          setting.name,
          expect.any(String),
        ])
      }
    }
  })

  test('accepts the values of .env.example', () => {
    for (const setting of settings.filter((candidate) => !candidate.secret)) {
      const text = given[setting.name] ?? example[setting.name]
      if (text) expect(() => setting.parse(text)).not.toThrow()
    }
  })
})

test('the sources of the trackers belong to the client of contractor-sync', () => {
  const owners = (variables: Record<string, string>) =>
    readServiceConfig({
      DATABASE_URL: 'postgresql://database/timesheets',
      IDENTITY_SECRET: 'x'.repeat(32),
      SOURCE_OWNERS: readComposeFile({ ...example, ...variables }).services['timesheets-service']!
        .environment!.SOURCE_OWNERS!,
    }).sourceOwners
  expect(owners({ AUTH0_CLIENT_ID: 'abc' })).toEqual(
    new Map(trackerNames.map((name) => [name, new Set(['abc'])])),
  )
  expect(owners({ CSV_SOURCE: 'harvest' }).get('harvest')).toEqual(new Set([example.AUTH0_CLIENT_ID]))
  expect(owners({ SOURCE_OWNERS: 'harvest=a,harvest=b' })).toEqual(
    new Map([['harvest', new Set(['a', 'b'])]]),
  )
})

test('contractor-sync reads the settings of further trackers from tracker.env, if there is one', () => {
  expect(services['contractor-sync']?.env_file).toEqual([{ path: 'tracker.env', required: false }])
})

test('URLs and published ports use the ports that the images listen on', () => {
  const gateway = readImageEnvironment('gateway')
  const local = readImageEnvironment('local')
  expect(services.gateway?.ports).toEqual([`127.0.0.1:${example.GATEWAY_PORT}:${gateway.GATEWAY_PORT}`])
  expect(services['contractor-sync']?.environment?.API_URL).toBe(`http://gateway:${gateway.GATEWAY_PORT}`)
  expect(services.gateway?.environment?.SERVICE_URL).toBe(
    `http://timesheets-service:${readImageEnvironment('timesheets-service').SERVICE_PORT}`,
  )
  expect(example.AUTH0_ISSUER).toBe(`http://issuer:${local.ISSUER_PORT}/`)
  expect(example.HARVEST_URL).toBe(`http://tracker:${local.HARVEST_PORT}`)
  expect(services.issuer?.healthcheck?.test.at(-1)).toContain(`http://127.0.0.1:${local.ISSUER_PORT}/`)
  expect(services.tracker?.healthcheck?.test.at(-1)).toContain(`http://127.0.0.1:${local.HARVEST_PORT}/`)
})

test('.env.example has known variables only, and docs/operations.md documents those that compose reads', () => {
  const settings = Object.values(processes).flatMap((table) => table.map(({ name }) => name))
  const interpolated = [...composeText.matchAll(/\$\{(\w+)/g)].map((match) => match[1]!)
  const named = [...exampleText.matchAll(/^#?([A-Z]\w+)=/gm)].map((match) => match[1]!)
  for (const name of named) expect([...settings, ...interpolated, 'COMPOSE_PROFILES']).toContain(name)
  const operations = readFileSync(operationsPath, 'utf8')
  for (const name of interpolated) expect(operations).toContain(`\`${name}\``)
})
