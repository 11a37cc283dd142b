import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { listen } from '@timesheets/runtime/http/listen'
import express from 'express'
import { authenticate } from './authenticate.ts'
import { company } from './company.ts'
import type { HarvestConfig } from './config.ts'
import { contractors, type User } from './contractors.ts'
import { control } from './control.ts'
import { documentedEntry, documentedUser } from './documented.ts'
import { Entries } from './entries.ts'
import { Faults } from './faults.ts'
import { strike } from './inject-faults.ts'
import { rateLimit } from './rate-limit.ts'
import { recordedWeeks } from './recorded-weeks.ts'
import { answerError, unknownPath } from './refusal.ts'
import { firstStart, SavedEdits } from './saved-edits.ts'
import { timeEntries } from './time-entries.ts'
import { users } from './users.ts'

export interface Harvest {
  /** Resolves with the URL listened on. */
  listen(): Promise<string>
  /** Ends every connection; all that was answered is kept. */
  close(): Promise<void>
}

export interface Overrides {
  /** The clock. */
  now?: () => Date
}

/**
 * A stand-in for Harvest's API v2 that behaves as that server does, faults included, with believable
 * hours of contractors who do not exist.
 * @throws {Error} where the data folder cannot be used
 */
export function createHarvest(config: HarvestConfig, { now = () => new Date() }: Overrides = {}): Harvest {
  let listenedUrl = ''
  const publicUrl = () => config.publicUrl ?? listenedUrl

  const people = contractors(config.contractors)
  const entries = openEntries(config, people, now())
  const everybody = [...people.toReversed(), documentedUser]
  const faults = new Faults()

  const app = express()
  app.disable('x-powered-by').disable('etag')
  app.use('/local', control(entries, people, faults, now))
  app.use('/v2', strike(faults), authenticate(config), rateLimit(config.rateLimit, now))
  app.use('/v2/time_entries', timeEntries(entries, publicUrl, now))
  app.use('/v2/users', users(everybody, publicUrl))
  app.get('/v2/company', company(publicUrl))
  app.use(unknownPath)
  app.use(answerError)

  const server = createServer(app)
  return {
    async listen() {
      await listen(server, config.port, config.host)
      const { port } = server.address() as AddressInfo
      listenedUrl = `http://${reachable(config.host)}:${port}`
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

/** What was recorded before the first start, and what was done to it since. */
function openEntries(
  { dataDir, contractors, weeks }: HarvestConfig,
  people: readonly User[],
  now: Date,
): Entries {
  const { day } = firstStart(dataDir, { day: now.toISOString().slice(0, 10), contractors, weeks })
  const recorded = [documentedEntry, ...recordedWeeks(people, new Date(day), weeks)]
  return new Entries(recorded, new SavedEdits(dataDir))
}

/** The address by which this machine reaches a server that listens on all of them. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
