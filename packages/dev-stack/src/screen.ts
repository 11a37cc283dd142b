import { styleText } from 'node:util'
import type { StackObserver } from './stack.ts'
import type { StackFile } from './stack-file.ts'

/** Of the left column of a table. */
const width = 40

const dim = (text: string) => styleText('dim', text, { stream: process.stdout })
const bold = (text: string) => styleText('bold', text, { stream: process.stdout })
const green = (text: string) => styleText('green', text, { stream: process.stdout })
const red = (text: string) => styleText('red', text, { stream: process.stdout })

/** What a person sees of the stack while it comes up and runs. */
export const screen: StackObserver & {
  title(): void
  sync(): void
  end(stack: StackFile, token: string, stays: boolean): void
} = {
  title() {
    console.log(`${bold('Timesheets')}: the whole system on this machine\n`)
  },

  ready(name, where, tookMs) {
    console.log(
      `  ${green('✓')} ${name.padEnd(20)} ${withoutPassword(where).padEnd(38)} ${dim(`${(tookMs / 1000).toFixed(1)} s`)}`,
    )
  },

  died(name, why) {
    console.log(`${red('✗')} ${name} died (${why}); it is being started again`)
  },

  returned(name, { url }) {
    console.log(`${green('✓')} ${name} is back on ${withoutPassword(url)}`)
  },

  sync() {
    console.log(`\n${bold("The contractors' hours")}, from the tracker into the API\n`)
  },

  end(stack, token, stays) {
    const rows = [
      ['API', stack.gateway],
      ['Its documentation', `${stack.gateway}/docs`],
      ['Issuer (a stand-in for Auth0)', stack.issuer],
      ['Tracker (a stand-in for Harvest)', stack.tracker],
      ['Health and metrics', `${stack.admin.gateway}/readyz  ${stack.admin['timesheets-service']}/readyz`],
      ['Database', withoutPassword(stack.database)],
    ]
    console.log(`\n${bold('Where everything is')}\n`)
    for (const [what, where] of rows) console.log(`  ${what!.padEnd(width)}${where}`)
    if (!stays) return
    console.log(`\n${bold('Try it')}: paste these lines into another terminal\n`)
    console.log(`TOKEN=${token}`)
    console.log(
      `curl -i ${stack.gateway}/timesheets/upload -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\\n  -d '{"user_id":"007","date":"2017-05-10T17:40:20.095Z","project":"StoreZero","hours":5}'`,
    )
    console.log(`\n${bold('What next')}\n`)
    console.log(`  ${'npm run sync'.padEnd(width)}sync again: nothing changes, since nothing changed`)
    console.log(`  ${'npm run sync -- --dry-run'.padEnd(width)}show what a sync would change`)
    console.log(`  ${'npm run -s token -- maya@exampleco.com'.padEnd(width)}a token of the manager's`)
    console.log('\n  Edit an hour in the tracker, then sync again and see one updated:\n')
    console.log(
      `  curl -X PATCH ${stack.tracker}/local/time_entries/636709355 -H 'Content-Type: application/json' -d '{"hours":3.5}'`,
    )
    console.log(`  npm run sync -- --full\n`)
    console.log(dim('Ctrl-C ends it all; what is stored stays (npm run reset forgets it).'))
  },
}

function withoutPassword(url: string): string {
  const shown = new URL(url)
  if (shown.password !== '') shown.password = '…'
  return decodeURIComponent(shown.href).replace(/\/$/, '')
}
