import express, { type Express } from 'express'
import { collectDefaultMetrics, register } from 'prom-client'
import { sendJson } from './send-json.ts'

/** Checks whether a process can serve; returns what prevents it, by name, or an empty object. */
export type Readiness = () => Promise<Readonly<Record<string, string>>>

/**
 * The app of the second, internal port: `/healthz` (the process runs), `/readyz` (it can serve requests), `/metrics`
 * (Prometheus text format).
 * @param metrics beside those of the process
 */
export function createAdminApp(readiness: Readiness, metrics = async () => ''): Express {
  collectMetricsOnce()
  const app = express().disable('x-powered-by').disable('etag')
  app.get('/healthz', (_request, response) => sendJson(response, { status: 'ok' }))
  app.get('/readyz', async (_request, response) => {
    const problems = await readiness().catch((error: Error) => ({ check: error.message }))
    const isReady = Object.keys(problems).length === 0
    response.status(isReady ? 200 : 503)
    sendJson(response, isReady ? { status: 'ready' } : { status: 'not ready', problems })
  })
  app.get('/metrics', async (_request, response) => {
    response.type(register.contentType).send(`${await register.metrics()}${await metrics()}`)
  })
  return app
}

let isCollecting = false

function collectMetricsOnce(): void {
  if (isCollecting) return
  isCollecting = true
  collectDefaultMetrics()
}
