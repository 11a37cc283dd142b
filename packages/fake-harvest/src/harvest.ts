import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { listen } from '@timesheets/runtime/http/listen'
import express, { Router } from 'express'
import { handleError, sendNotFoundPage } from './api-error.ts'
import { authenticate } from './authenticate.ts'
import { createCompanyRoute } from './company.ts'
import { type HarvestConfig, secondAccountId } from './config.ts'
import { createContractors, type User } from './contractors.ts'
import { createControlApi } from './control-api.ts'
import { documentedEntry, documentedUser } from './documented.ts'
import { Entries } from './entries.ts'
import { Faults } from './faults.ts'
import { generateEntries } from './generated-entries.ts'
import { injectFaults } from './inject-faults.ts'
import { rateLimit } from './rate-limit.ts'
import { readFirstStart, SavedEdits } from './saved-edits.ts'
import { AccountState } from './state.ts'
import { timeEntries } from './time-entries.ts'
import { users } from './users.ts'

export interface Harvest {
  /** Starts the server and returns its URL. */
  listen(): Promise<string>
  /** Closes all connections. Edits that were confirmed are saved. */
  close(): Promise<void>
}

export interface Overrides {
  /** The clock. */
  now?: () => Date
}

/**
 * Creates a stand-in for Harvest's API v2, with realistic entries of invented contractors, and with faults to inject.
 * @throws {Error} when the data folder cannot be used
 */
export function createHarvest(config: HarvestConfig, { now = () => new Date() }: Overrides = {}): Harvest {
  let listenedUrl = ''
  const publicUrl = () => config.publicUrl ?? listenedUrl
  let clockErrorMs = 0
  const clock = () => new Date(now().getTime() + clockErrorMs)

  const people = createContractors(config.contractors)
  const entries = openEntries(config, people, now())
  const state = new AccountState([...people.toReversed(), documentedUser])
  const faults = new Faults()
  const createApi = (apiEntries: Entries, apiState: AccountState) =>
    Router()
      .use('/time_entries', timeEntries(apiEntries, apiState, publicUrl, clock))
      .use('/users', users(apiState, publicUrl))
      .get('/company', createCompanyRoute(publicUrl))
  const api = createApi(entries, state)
  const secondApi = createApi(openSecondAccount(config), new AccountState([documentedUser]))

  const setClockError = (ms: number) => {
    clockErrorMs = ms
  }

  const app = express()
  app.disable('x-powered-by').disable('etag')
  app.use('/local', createControlApi(entries, state, people[0]!, faults, clock, setClockError))
  app.use('/v2', (_request, response, next) => {
    response.setHeader('Date', clock().toUTCString())
    next()
  })
  app.use('/v2', injectFaults(faults), authenticate(config), rateLimit(config.rateLimit, now))
  app.use('/v2', (request, response, next) => {
    state.countRequest()
    const isSecond = request.headers['harvest-account-id'] === secondAccountId
    return (isSecond ? secondApi : api)(request, response, next)
  })
  app.use(sendNotFoundPage)
  app.use(handleError)

  const server = createServer(app)
  return {
    async listen() {
      await listen(server, config.port, config.host)
      const { port } = server.address() as AddressInfo
      listenedUrl = `http://${toReachableHost(config.host)}:${port}`
      return listenedUrl
    },
    async close() {
      if (!server.listening) return
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** Opens the entries that were recorded before the first start, with all edits since. */
function openEntries(
  { dataDir, contractors, weeks }: HarvestConfig,
  people: readonly User[],
  now: Date,
): Entries {
  const { day } = readFirstStart(dataDir, { day: now.toISOString().slice(0, 10), contractors, weeks })
  const recorded = [documentedEntry, ...generateEntries(people, new Date(day), weeks)]
  return new Entries(recorded, new SavedEdits(dataDir))
}

/** The second account has one entry, of the owner of the token. */
function openSecondAccount({ dataDir }: HarvestConfig): Entries {
  return new Entries(
    [{ ...documentedEntry, id: documentedEntry.id + 1 }],
    new SavedEdits(join(dataDir, 'second')),
  )
}

/** Returns a host for URLs: a server that listens on all addresses is reached on loopback. */
function toReachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
