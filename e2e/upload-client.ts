import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { request } from 'node:http'
import { createInterface } from 'node:readline'

/**
 * Uploads a file as a stream, and prints the last line of the response. A process of its own, so that a test can kill it.
 * Arguments: the URL of the API, the file. The access token comes from the environment, as `TOKEN`.
 */
const [url, file] = process.argv.slice(2) as [string, string]
const outgoing = request(`${url}/timesheets/upload`, {
  method: 'POST',
  headers: { authorization: `Bearer ${process.env.TOKEN}`, 'content-type': 'application/x-ndjson' },
})
createReadStream(file).pipe(outgoing)
const [response] = await once(outgoing, 'response')
let last = ''
for await (const line of createInterface({ input: response })) last = line
console.log(last)
