import type { RequestHandler } from 'express'
import { Histogram, register } from 'prom-client'
import './locals.ts'

const name = 'http_request_duration_seconds'

/** Limits label cardinality: unknown methods are grouped as `other`. */
const methods: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Measures each request until its response is sent, by operation rather than by path, which a client chooses. */
export const requestMetrics: RequestHandler = (request, response, next) => {
  const startedAt = performance.now()
  response.once('close', () => {
    const seconds = (performance.now() - startedAt) / 1000
    const status = response.writableFinished ? String(response.statusCode) : 'cut'
    const method = methods.includes(request.method) ? request.method : 'other'
    getHistogram().observe({ method, operation: response.locals.operation ?? 'none', status }, seconds)
  })
  next()
}

function getHistogram(): Histogram<'method' | 'operation' | 'status'> {
  const registered = register.getSingleMetric(name)
  if (registered !== undefined) return registered as Histogram<'method' | 'operation' | 'status'>
  return new Histogram({
    name,
    help: 'Time from the head of a request to the end of its response',
    labelNames: ['method', 'operation', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  })
}
