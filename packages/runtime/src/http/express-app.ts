import express, { type Express } from 'express'
import './locals.ts'

/**
 * Creates an express app with the settings that both servers need:
 * - no ETag by content, because an ETag is an entry's version here;
 * - paths match letter for letter, because the gateway forwards the path that it authorized;
 * - no query parser: parameters are validated strictly, and `auth()` must not find a token in a query.
 */
export function createExpressApp(): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.enable('case sensitive routing')
  app.enable('strict routing')
  app.set('query parser', false)
  return app
}
