import express from 'express'
import { createProxyMiddleware } from 'http-proxy-middleware'

/** express and http-proxy-middleware as their READMEs show, without authentication. Settings: `SERVICE_URL`, `PORT`. */
const app = express()
app.use(createProxyMiddleware({ target: process.env.SERVICE_URL ?? '', changeOrigin: true }))
app.listen(Number(process.env.PORT), '127.0.0.1')
