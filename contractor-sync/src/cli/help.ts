import type { Setting, Settings } from '@timesheets/runtime/config'
import { syncSettings } from '../config.ts'
import { wrapWords } from '../output/wrap.ts'
import { daemonSettings } from '../sync/daemon.ts'
import { loadTracker, trackerNames } from '../trackers/registry.ts'

/** The default width of a terminal. */
const maxColumns = 80

const usage = `Uploads hours from an external tracker to Timesheets.

Usage: contractor-sync <command> [options]

Commands
  run      Sync once: read the tracker, upload what differs, delete what is
           gone, and prove that both sides hold the same hours.
  verify   Compare both sides as a sync does, and write nothing.
  report   List the last runs, and what the newest of them could not place.
  daemon   Sync by SYNC_SCHEDULE until it is stopped. Two runs never overlap;
           slots missed meanwhile are made up for by one run.
  check    Check every setting, the token, the tracker and the API; write
           nothing.
  token    Print an access token.

Options of run and verify (report takes --source, --show and --format)
  --source <name>  Tracker, instead of SYNC_SOURCE:
                   ${trackerNames.join(', ')}
  --since <day>    First day (YYYY-MM-DD), instead of the last
                   SYNC_WINDOW_DAYS (or all, each SYNC_FULL_EVERY_DAYS)
  --until <day>    Last day (YYYY-MM-DD)
  --full           All days
  --dry-run        Report what would change; write nothing
  --allow-deletes <run>
                   Make the deletions that this run withheld
  --show <n>       Show the first n results, such as "Created timesheet 14 for
                   employee 007: 2017-05-10, StoreZero, 5 h"; changes of known
                   entries come first. The default is 20 in a dry run, 0 in
                   other runs. In a report, the number of runs; 10 by default
  --format <kind>  text, or json (one line per event); the default is text on
                   a terminal, json elsewhere

Exit codes
   0  Success: both sides hold the same hours. (Of files, which do not say
      that they are complete: all their entries are in Timesheets.)
   1  Unexpected: an invalid response, a bug in this program, or days still
      differ. Look at the message.
   2  Configuration: a setting is wrong or a right is missing. Correct it; a
      repeat does not help.
   3  Finished, but entries were rejected, deletions were withheld, or the
      tracker's list was short. The report names them.
  75  Try later: an outage, a quota, another run of the same source, or the run
      was stopped before its end (by SIGTERM, or by SYNC_DEADLINE_SECONDS).
  A daemon that is stopped ends with 0.

Settings, from environment variables. Any of them can be read from a file
instead: AUTH0_CLIENT_SECRET_FILE=/run/secrets/...`

/** Builds the text of `--help`: the usage, and all settings. */
export async function buildHelp(): Promise<string> {
  const trackers = await Promise.all(trackerNames.map((name) => loadTracker(name)))
  const tables: (readonly [title: string, settings: Settings])[] = [
    ['All commands', syncSettings],
    ['Command daemon', daemonSettings],
    ...trackers.map((tracker) => [`Tracker ${tracker!.name}`, tracker!.settings] as const),
  ]
  return [usage, ...tables.map(([title, settings]) => `${title}\n${formatSettings(settings)}`)].join('\n\n')
}

function formatSettings(settings: Settings): string {
  const rows = Object.values(settings)
  const indent = 4 + Math.max(...rows.map(({ name }) => name.length))
  return rows
    .map((row) => {
      const lines = wrapWords([...row.doc.split(' '), ...formatDefault(row)], maxColumns - indent)
      return `  ${row.name.padEnd(indent - 2)}${lines.join(`\n${' '.repeat(indent)}`)}`
    })
    .join('\n')
}

/** The default stays on one line: [0 2 * * *]. */
function formatDefault({ defaultText, optional }: Setting<unknown>): string[] {
  if (defaultText !== undefined) return defaultText === '' ? [] : [`[${defaultText}]`]
  return optional ? [] : ['(required)']
}
