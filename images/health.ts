import { existsSync } from 'node:fs'
import { get } from 'node:http'

// The health check of a container without a shell and curl. `node health.js <url>` exits with 0 when the URL responds
// with 2xx in time, `node health.js <path>` when the file exists. Otherwise it exits with 1 and one line with the reason.

/** Less than the timeout of the health checks in the Dockerfile, so that this process can report the reason. */
const timeoutMs = 4000

const target = process.argv[2] ?? ''

if (target.startsWith('http:')) requestUrl(target)
else if (!existsSync(target)) fail('does not exist yet')

function requestUrl(url: string): void {
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
    .on('timeout', () => fail(`no response within ${timeoutMs} ms`))
    .on('error', ({ message }) => fail(message))
}

function fail(reason: string): never {
  console.error(`${target}: ${reason}`)
  process.exit(1)
}
