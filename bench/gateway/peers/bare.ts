import { Agent, createServer, request as sendRequest } from 'node:http'

/** A pass-through of node:http alone: the least that a proxy in Node costs. Settings: `SERVICE_URL`, `PORT`. */
const { hostname, port } = new URL(process.env.SERVICE_URL ?? '')
const agent = new Agent({ keepAlive: true })

createServer((request, response) => {
  const { method = 'GET', url = '/', headers } = request
  const forwarded = sendRequest({ agent, hostname, port, method, path: url, headers }, (serviceResponse) => {
    response.writeHead(serviceResponse.statusCode ?? 502, serviceResponse.headers)
    serviceResponse.pipe(response)
  })
  forwarded.once('error', () => response.destroy())
  request.pipe(forwarded)
}).listen(Number(process.env.PORT), '127.0.0.1')
