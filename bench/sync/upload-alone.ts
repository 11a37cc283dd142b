import { createReadStream } from 'node:fs'

/** Uploads a file of entries as one stream. */
const [file, url, token] = process.argv.slice(2)
const response = await fetch(`${url}/timesheets/upload`, {
  method: 'POST',
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
  body: ReadableStream.from(createReadStream(file!)),
  duplex: 'half',
})
let end = ''
for await (const chunk of response.body!) end = (end + Buffer.from(chunk).toString()).slice(-1000)
if (!response.ok || !end.includes('"summary"'))
  throw new Error(`The upload ended with ${response.status} ${end}`)
