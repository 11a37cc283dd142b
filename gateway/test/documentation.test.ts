import { beforeAll, expect, test } from '@jest/globals'
import { buildOpenApi } from '@timesheets/contracts/openapi'
import { viewerFiles } from '@timesheets/contracts/viewer'
import request from 'supertest'
import { publicUrl, startStack } from './gateway-fixture.ts'

let gateway: Awaited<ReturnType<typeof startStack>>

beforeAll(async () => {
  gateway = await startStack()
})

const get = (path: string, headers: Record<string, string> = {}) => fetch(gateway.url + path, { headers })

test('serves the OpenAPI document with the public URL and the issuer', async () => {
  const response = await get('/openapi.json')
  expect(response.headers.get('content-type')).toBe('application/json')
  const expected = buildOpenApi({ publicUrl, issuer: gateway.issuer.issuer })
  expect(await response.json()).toEqual(JSON.parse(JSON.stringify(expected)))
})

test('the page loads only our own files and runs no inline code', async () => {
  const response = await get('/docs')
  const policy = response.headers.get('content-security-policy')!
  expect(policy).toMatch(/^default-src 'none';/)
  expect(policy).not.toMatch(/unsafe|https?:|\*/)
  const page = await response.text()
  const links = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => link)
  expect(links).toContain('docs/start.js')
  for (const link of links.filter((link) => link !== 'data:,')) {
    expect((await get(`/${link}`)).status).toBe(200)
  }
  expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/)
})

test.each(viewerFiles)('serves /docs/%s completely, with its type', async (file) => {
  const response = await get(`/docs/${file}`)
  expect(response.headers.get('content-type')).toBe(
    `text/${file.endsWith('css') ? 'css' : 'javascript'}; charset=utf-8`,
  )
  const text = await response.text()
  expect(text.length).toBeGreaterThan(100)
  expect(await (await get(`/docs/${file}`, { 'accept-encoding': 'identity' })).text()).toBe(text)
})

test('serves no other file of the package', async () => {
  for (const file of ['package.json', 'swagger-ui-bundle.js.map', 'index.html', 'toString', '__proto__']) {
    const response = await get(`/docs/${file}`)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ type: '/problems/not-found' })
  }
})

test('responds 304 to a client that has the current version', async () => {
  for (const path of ['/openapi.json', '/docs', '/docs/swagger-ui.css']) {
    const first = await get(path)
    expect(first.headers.get('cache-control')).toMatch(/max-age=\d+/)
    const etag = first.headers.get('etag')!
    for (const tag of [etag, `W/${etag}`, `"x", ${etag}`]) {
      const again = await request(gateway.url).get(path).set('if-none-match', tag)
      expect([again.status, again.text, again.headers.etag]).toEqual([304, '', etag])
    }
    expect((await get(path, { 'if-none-match': '"x"' })).status).toBe(200)
  }
})

test('compresses only for clients that accept gzip', async () => {
  const encodingFor = async (accepted: string) => {
    const response = await get('/openapi.json', { 'accept-encoding': accepted })
    expect(response.headers.get('vary')).toBe('accept-encoding')
    return response.headers.get('content-encoding')
  }
  expect(await encodingFor('br, gzip')).toBe('gzip')
  for (const none of ['identity', 'br', 'gzip;q=0', 'gzip; q=0.0, br'])
    expect(await encodingFor(none)).toBeNull()
})

test('leads a browser from / to the documentation', async () => {
  const response = await fetch(`${gateway.url}/`, { redirect: 'manual' })
  expect([response.status, response.headers.get('location')]).toEqual([302, `${publicUrl}/docs`])
})
