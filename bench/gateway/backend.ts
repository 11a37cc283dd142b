import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * The service and the issuer behind every peer, as one process. It reads each body and responds with a small JSON document.
 * Settings: `JWKS`, the issuer's key set as JSON. Prints its URL.
 */
const jwks = process.env.JWKS ?? ''
const body = Buffer.from(
  JSON.stringify({ id: 14, status: 'created', message: 'Created timesheet 14 for employee 007' }),
)

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  if (request.url === '/.well-known/jwks.json') response.end(jwks)
  else if (request.url === '/.well-known/openid-configuration') {
    const metadata = {
      issuer: `${url}/`,
      jwks_uri: `${url}/.well-known/jwks.json`,
      id_token_signing_alg_values_supported: ['RS256'],
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(metadata))
  } else {
    request.resume().once('end', () => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body)
    })
  }
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
