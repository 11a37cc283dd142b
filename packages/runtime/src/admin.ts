import type { RequestListener, ServerResponse } from 'node:http'
import { collectDefaultMetrics, register } from 'prom-client'

/** What stands in the way of serving, by name; nothing: ready. */
export type Readiness = () => Promise<Readonly<Record<string, string>>>

/** The second port: `/healthz` (the process lives), `/readyz` (it can serve), `/metrics` (Prometheus text). */
export function createAdmin(readiness: Readiness): RequestListener {
  collectOnce()
  return (request, response) => {
    respond(request.url ?? '/', readiness, response).catch((error: Error) => {
      answer(response, 503, 'application/json', JSON.stringify({ error: error.message }))
    })
  }
}

async function respond(path: string, readiness: Readiness, response: ServerResponse): Promise<void> {
  if (path === '/healthz') return answer(response, 200, 'application/json', '{"status":"ok"}')
  if (path === '/metrics') return answer(response, 200, register.contentType, await register.metrics())
  if (path !== '/readyz') return answer(response, 404, 'application/json', '{"error":"not found"}')
  const hindrances = await readiness()
  const ready = Object.keys(hindrances).length === 0
  const body = ready ? { status: 'ready' } : { status: 'not ready', hindrances }
  return answer(response, ready ? 200 : 503, 'application/json', JSON.stringify(body))
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body)
}

let collecting = false

function collectOnce(): void {
  if (collecting) return
  collecting = true
  collectDefaultMetrics()
}
