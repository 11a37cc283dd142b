import { styleText } from 'node:util'
import type { StackObserver } from './stack.ts'
import type { StackFile } from './stack-file.ts'

const dim = (text: string) => styleText('dim', text, { stream: process.stdout })
const bold = (text: string) => styleText('bold', text, { stream: process.stdout })
const green = (text: string) => styleText('green', text, { stream: process.stdout })
const red = (text: string) => styleText('red', text, { stream: process.stdout })

/** Prints the start of the stack, the restarts of its processes, and how to use it. */
export const terminal: StackObserver & {
  printTitle(): void
  printSyncHeading(): void
  printStopping(): void
  /**
   * @param keepsRunning false with `--once`: prints no commands, because the stack stops at once
   * @param stackFile the path of stack.json, absolute or from the current folder with `./`
   */
  printAddresses(stack: StackFile, keepsRunning: boolean, stackFile: string): void
} = {
  printTitle() {
    console.log(`${bold('Timesheets')}: starting the whole system on this machine\n`)
  },

  ready(name, url, tookMs) {
    const took = `${(tookMs / 1000).toFixed(1)} s`
    console.log(
      `  ${green('✓')} ${name.padEnd(20)} ${withoutCredentials(url).padEnd(40)} ${dim(took.padStart(6))}`,
    )
  },

  died(name, reason) {
    console.log(`${red('✗')} ${name} ended (${reason}) and is being restarted`)
  },

  returned(name, { url }) {
    console.log(`${green('✓')} ${name} is running again on ${withoutCredentials(url)}`)
  },

  printSyncHeading() {
    console.log(`\n${bold('First sync')}: from the time tracker into the API\n`)
  },

  printStopping() {
    console.log('\nStopping …')
  },

  printAddresses(stack, keepsRunning, stackFile) {
    console.log(`\n${bold('Addresses')}\n`)
    printTable([
      ['API', stack.gateway],
      ['API documentation', `${stack.gateway}/docs`],
      ['Issuer (stands in for Auth0)', stack.issuer],
      ['Time tracker (stands in for Harvest)', stack.tracker],
      ['Database', withoutCredentials(stack.database)],
      ['Health of the gateway', `${stack.admin.gateway}/readyz`],
      ['Health of the service', `${stack.admin['timesheets-service']}/readyz`],
    ])
    if (!keepsRunning) return
    console.log(`\n${bold('Try it')}: paste these lines into another terminal, in this folder\n`)
    console.log('TOKEN=$(npm run -s token -- contractor-sync)')
    console.log(`curl -iw '\\n' ${stack.gateway}/timesheets/upload \\`)
    console.log(`  -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\`)
    console.log(`  -d '{"user_id":"007","date":"2017-05-10T17:40:20.095Z",`)
    console.log(`       "project":"StoreZero","hours":5,"external_id":"example-1"}'`)
    console.log(dim(`\nPasted again, it changes nothing: external_id says that it is the same entry.`))
    console.log(`\n${bold('More commands')}\n`)
    printTable([
      ['npm run sync', 'sync again; it finds nothing to change'],
      ['npm run sync -- --dry-run', 'show what a sync would change'],
      ['npm run sync -- report', 'list the last syncs'],
      ['npm run -s token -- maya@exampleco.com', 'print an access token of the manager'],
    ])
    console.log('\n  Change an entry in the tracker, then sync: the summary counts one update.\n')
    console.log(`  curl -X PATCH ${stack.tracker}/local/time_entries/636709355 \\`)
    console.log(`    -H 'Content-Type: application/json' -d '{"hours":3.5}'`)
    console.log('  npm run sync -- --show 1')
    console.log('\n  Look into the database (the URL with its password is in this file):\n')
    console.log(`  psql "$(node -p 'require("${stackFile}").database')"`)
    console.log(dim('\nCtrl-C stops everything. The data stays until `npm run reset` deletes it.'))
  },
}

/** All lines fit 80 columns, so a column is as wide as its longest label. */
function printTable(rows: readonly (readonly [label: string, value: string])[]): void {
  const labelWidth = 2 + Math.max(...rows.map(([label]) => label.length))
  for (const [label, value] of rows) console.log(`  ${label.padEnd(labelWidth)}${value}`)
}

/** Removes the user and the password: terminals are shared and recorded. */
function withoutCredentials(url: string): string {
  const shown = new URL(url)
  shown.username = ''
  shown.password = ''
  return shown.href.replace(/\/$/, '')
}
