import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { readSyncConfig, readTokenConfig, withSource } from './config.ts'

const local = {
  API_URL: 'http://gateway:8080',
  AUTH0_AUDIENCE: 'https://api.exampleco.com/timesheets',
  AUTH0_ISSUER: 'http://issuer:8081/',
  ALLOW_HTTP_ISSUER: 'true',
  AUTH0_CLIENT_ID: 'contractor-sync',
  AUTH0_CLIENT_SECRET: 'local-only-contractor-sync-secret',
  HARVEST_ACCESS_TOKEN: 'local-only-harvest-token',
  HARVEST_ACCOUNT_ID: '1000001',
}
const tenant = { AUTH0_ISSUER: '', AUTH0_DOMAIN: 'exampleco.eu.auth0.com' }

describe('the secrets that stand in the repository', () => {
  test('are good with the local issuer', async () => {
    expect((await readSyncConfig(local)).tokenUrl).toBe('http://issuer:8081/oauth/token')
  })

  test('are refused with a real tenant, each by its name', async () => {
    const reading = readSyncConfig({ ...local, ...tenant })
    await expect(reading).rejects.toThrow(/AUTH0_CLIENT_SECRET: is the one of the local stack/)
    await expect(reading).rejects.toThrow(/HARVEST_ACCESS_TOKEN: is the one of the local stack/)
    expect(() => readTokenConfig({ ...local, ...tenant })).toThrow(/AUTH0_CLIENT_SECRET/)
  })

  test.each(['AUTH0_ISSUER', 'TOKEN_URL'])(
    'are refused with a tenant beside which %s is the stand-in’s',
    (name) => {
      const mixed = { ...local, ...tenant, [name]: 'http://issuer:8081', ALLOW_HTTP_ISSUER: 'true' }
      expect(() => readTokenConfig(mixed)).toThrow(/AUTH0_CLIENT_SECRET: is the one of the local stack/)
    },
  )

  test('are nobody else’s matter: secrets of one’s own are taken', async () => {
    const own = { AUTH0_CLIENT_SECRET: 'one-of-our-own', HARVEST_ACCESS_TOKEN: 'another' }
    const config = await readSyncConfig({ ...local, ...tenant, ...own })
    expect(config.tokenUrl).toBe('https://exampleco.eu.auth0.com/oauth/token')
  })
})

describe('the tracker that is chosen', () => {
  const folder = mkdtempSync(join(tmpdir(), 'timesheets-config-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const inFile = { ...local, CSV_PATH: '/exports', SYNC_SOURCE_FILE: join(folder, 'source') }
  writeFileSync(inFile.SYNC_SOURCE_FILE, 'csv\n')

  test('may stand in a file, as every setting may', async () => {
    expect((await readSyncConfig(inFile)).tracker.name).toBe('CSV')
  })

  test('is the one of the command line, whatever else names one', async () => {
    expect((await readSyncConfig(withSource(inFile, 'harvest'))).tracker.name).toBe('Harvest')
    expect((await readSyncConfig(withSource({ ...local, SYNC_SOURCE: 'csv' }, 'harvest'))).tracker.name).toBe(
      'Harvest',
    )
  })

  test('is told with the other faults where there is none of that name', async () => {
    const reading = readSyncConfig({ ...local, SYNC_SOURCE: 'toggl', API_URL: '' })
    await expect(reading).rejects.toThrow(
      /API_URL: is not set.*SYNC_SOURCE: "toggl" is none of harvest, csv/s,
    )
  })
})
