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

describe('the public secrets of the local stack', () => {
  test('are accepted with the local issuer', async () => {
    expect((await readSyncConfig(local)).tokenUrl).toBe('http://issuer:8081/oauth/token')
  })

  test('are rejected with a real tenant, each by its name', async () => {
    const reading = readSyncConfig({ ...local, ...tenant })
    await expect(reading).rejects.toThrow(/AUTH0_CLIENT_SECRET: is the secret of the local stack/)
    await expect(reading).rejects.toThrow(/HARVEST_ACCESS_TOKEN: is the secret of the local stack/)
    expect(() => readTokenConfig({ ...local, ...tenant })).toThrow(/AUTH0_CLIENT_SECRET/)
  })

  test.each(['AUTH0_ISSUER', 'TOKEN_URL'])(
    'are rejected with a tenant although %s is the local issuer',
    (name) => {
      const mixed = { ...local, ...tenant, [name]: 'http://issuer:8081', ALLOW_HTTP_ISSUER: 'true' }
      expect(() => readTokenConfig(mixed)).toThrow(/AUTH0_CLIENT_SECRET: is the secret of the local stack/)
    },
  )

  test('do not concern other secrets, which are accepted with a real tenant', async () => {
    const own = { AUTH0_CLIENT_SECRET: 'one-of-our-own', HARVEST_ACCESS_TOKEN: 'another' }
    const config = await readSyncConfig({ ...local, ...tenant, ...own })
    expect(config.tokenUrl).toBe('https://exampleco.eu.auth0.com/oauth/token')
  })
})

describe('the selected tracker', () => {
  const folder = mkdtempSync(join(tmpdir(), 'timesheets-config-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const inFile = { ...local, CSV_PATH: '/exports', SYNC_SOURCE_FILE: join(folder, 'source') }
  writeFileSync(inFile.SYNC_SOURCE_FILE, 'csv\n')

  test('may be read from a file, as every setting', async () => {
    expect((await readSyncConfig(inFile)).tracker.name).toBe('CSV')
  })

  test('is that of the command line, whatever the environment says', async () => {
    expect((await readSyncConfig(withSource(inFile, 'harvest'))).tracker.name).toBe('Harvest')
    expect((await readSyncConfig(withSource({ ...local, SYNC_SOURCE: 'csv' }, 'harvest'))).tracker.name).toBe(
      'Harvest',
    )
  })

  test('is reported with the other invalid settings if it is unknown', async () => {
    const reading = readSyncConfig({ ...local, SYNC_SOURCE: 'no-such-tracker', API_URL: '' })
    await expect(reading).rejects.toThrow(
      /API_URL: is not set.*SYNC_SOURCE: "no-such-tracker" is not one of harvest, csv/s,
    )
  })
})
