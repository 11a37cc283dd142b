import { existsSync } from 'node:fs'
import { get } from 'node:http'

// A container's health check, where there is no shell and no curl: `node health.js <url>` ends with 0 when the URL
// answers with a status of 2xx in time, `node health.js <path>` when that file is there; else with 1 and one line
// that says why.

/** Less than the time-out of the checks in the Dockerfile, so that it is this that tells what was wrong. */
const timeoutMs = 4000

const where = process.argv[2] ?? ''

if (where.startsWith('http:')) ask(where)
else if (!existsSync(where)) fail('is not there yet')

function ask(url: string): void {
  get(url, { timeout: timeoutMs, agent: false }, (response) => {
    let body = ''
    response.setEncoding('utf8')
    response.on('data', (text: string) => {
      body = (body + text).slice(0, 500)
    })
    response.on('end', () => {
      const { statusCode = 0 } = response
      if (statusCode < 200 || statusCode > 299) fail(`${statusCode} ${body}`)
    })
  })
    .on('timeout', () => fail(`no answer in ${timeoutMs} ms`))
    .on('error', ({ message }) => fail(message))
}

function fail(why: string): never {
  console.error(`${where}: ${why}`)
  process.exit(1)
}
