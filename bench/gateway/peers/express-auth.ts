import express from 'express'
import { auth, requiredScopes } from 'express-oauth2-jwt-bearer'
import { createProxyMiddleware } from 'http-proxy-middleware'

/**
 * express, express-oauth2-jwt-bearer and http-proxy-middleware as their READMEs show. Settings: `SERVICE_URL`, `PORT`,
 * `ISSUER_URL`, `API_AUDIENCE`.
 */
const app = express()
app.use(auth({ issuerBaseURL: process.env.ISSUER_URL ?? '', audience: process.env.API_AUDIENCE ?? '' }))
app.use(
  requiredScopes('batch:upload read:reports'),
  createProxyMiddleware({ target: process.env.SERVICE_URL ?? '', changeOrigin: true }),
)
app.listen(Number(process.env.PORT), '127.0.0.1')
