import { Histogram, register } from 'prom-client'
import type { ResponseObserver } from './response-observers.ts'
import './locals.ts'

/** The histogram of all requests. */
export const requestMetricName = 'http_request_duration_seconds'

/** Limits label cardinality: unknown methods are grouped as `other`. */
const methods: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Measures each request until its response is sent, by operation rather than by path, which a client chooses. */
export const measureRequest: ResponseObserver = (request, response, durationMs) => {
  const status = response.writableFinished ? String(response.statusCode) : 'cut'
  const method = methods.includes(request.method) ? request.method : 'other'
  const operation = response.locals.operation ?? 'none'
  getHistogram().observe({ method, operation, status }, durationMs / 1000)
}

function getHistogram(): Histogram<'method' | 'operation' | 'status'> {
  const registered = register.getSingleMetric(requestMetricName)
  if (registered !== undefined) return registered as Histogram<'method' | 'operation' | 'status'>
  return new Histogram({
    name: requestMetricName,
    help: 'Time from the head of a request to the end of its response',
    labelNames: ['method', 'operation', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  })
}
