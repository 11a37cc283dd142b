import type { IncomingMessage, ServerResponse } from 'node:http'
import { Histogram, register } from 'prom-client'

const name = 'http_request_duration_seconds'

/** Whoever calls chooses the method, and each one would make a series of its own. */
const methods: readonly (string | undefined)[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Measures a request from now until its answer is out, under the name of its operation (never its raw path). */
export function measure(request: IncomingMessage, response: ServerResponse, operation: () => string): void {
  const startedAt = performance.now()
  response.once('close', () => {
    const seconds = (performance.now() - startedAt) / 1000
    const status = response.writableFinished ? String(response.statusCode) : 'cut'
    const method = methods.includes(request.method) ? request.method : 'other'
    durations().observe({ method, operation: operation(), status }, seconds)
  })
}

function durations(): Histogram<'method' | 'operation' | 'status'> {
  const known = register.getSingleMetric(name)
  if (known !== undefined) return known as Histogram<'method' | 'operation' | 'status'>
  return new Histogram({
    name,
    help: 'Time from the head of a request to the end of its answer',
    labelNames: ['method', 'operation', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  })
}
