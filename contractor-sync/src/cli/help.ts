import type { Setting, Settings } from '@timesheets/runtime/config'
import { syncSettings } from '../config.ts'
import { daemonSettings } from '../sync/daemon.ts'
import { loadTracker, trackerNames } from '../trackers/registry.ts'

const usage = `Brings the hours that contractors booked in an external tracker into Timesheets.

Usage: contractor-sync <command> [options]

Commands
  run      One sync: reads the tracker, uploads what it says, and reports what became of it.
           A repeat changes nothing: every entry has its identity, so run it as often as you like.
  daemon   Stays and syncs by SYNC_SCHEDULE. Never two at once; what was missed is done once.
  check    Tries every setting, the token, the tracker and the API, and writes nothing.
  token    Prints an access token, and nothing else.

Options of run
  --source <name>   ${trackerNames.join(' or ')}; in place of SYNC_SOURCE
  --since <day>     From this day on (YYYY-MM-DD); in place of the last SYNC_WINDOW_DAYS
  --until <day>     Up to this day, included
  --full            All days there are
  --dry-run         Say what would change, and write nothing
  --show <n>        Show the first n sentences of the API: "Created timesheet 14 for employee 007"
  --format <kind>   text, or json (a line for each event); by default text on a terminal, else json

Exit codes
   0  Clean: all that is finished in the tracker is in Timesheets.
   1  Unexpected: an answer of another shape, or a fault of this program. Somebody should look.
   2  Configuration or authorization: repeating is useless until it is changed.
   3  Finished, but some entries were rejected; they are listed with the tracker's id.
  75  Try later: an outage, a quota, or the run was told to end (SIGTERM) and is not finished.
  A daemon that is told to end does so with 0.

Settings, from the environment. Each may stand in a file instead: AUTH0_CLIENT_SECRET_FILE=/run/secrets/…`

/** What `--help` prints: the usage, and every setting with what it is for. */
export async function help(): Promise<string> {
  const kinds = await Promise.all(trackerNames.map((name) => loadTracker(name)))
  const tables = [
    ['daemon', daemonSettings] as const,
    ...kinds.map((kind) => [kind!.name, kind!.settings] as const),
  ]
  const more = tables.map(([name, settings]) => `\n${name}\n${describe(settings)}`)
  return `${usage}\n${describe(syncSettings)}\n${more.join('\n')}`
}

function describe(settings: Settings): string {
  const rows = Object.values(settings)
  const width = Math.max(...rows.map(({ name }) => name.length))
  return rows.map((row) => `  ${row.name.padEnd(width)}  ${row.doc}${remarkOf(row)}`).join('\n')
}

function remarkOf({ defaultText, optional }: Setting<unknown>): string {
  if (defaultText !== undefined) return defaultText === '' ? '' : ` [${defaultText}]`
  return optional ? '' : ' (required)'
}
