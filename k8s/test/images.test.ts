import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { describeManifests } from './kubectl.ts'
import { findWorkload, listWorkloads, overlays, renderOverlay } from './manifests.ts'

const dockerfile = readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8')
const targets = [...dockerfile.matchAll(/^FROM runtime AS (\S+)$/gm)].map(([, target]) => target!)

describeManifests('images', () => {
  test.each(overlays)(
    '%s: each image is a target of the Dockerfile, or Postgres, with a fixed tag',
    (overlay) => {
      for (const { name, container } of listWorkloads(renderOverlay(overlay))) {
        const [, target] = /^(?:registry\.invalid\/)?timesheets\/([^:@]+)[:@]/.exec(container.image!) ?? []
        if (name === 'postgres') expect(container.image).toBe('postgres:18')
        else expect([name, targets]).toEqual([name, expect.arrayContaining([target])])
        // "latest" may be a different image on each node.
        expect(container.image).not.toMatch(/:latest$/)
        expect(container.imagePullPolicy).toBe('IfNotPresent')
      }
    },
  )

  test('production references each image by digest, with zeros as a placeholder that cannot be pulled', () => {
    for (const { name, container } of listWorkloads(renderOverlay('production'))) {
      expect(container.image).toBe(`registry.invalid/timesheets/${name}@sha256:${'0'.repeat(64)}`)
    }
  })

  test('the stand-ins run the scripts of their image', () => {
    const manifests = renderOverlay('local')
    expect(findWorkload(manifests, 'issuer').container.args).toEqual(['issuer.js'])
    expect(findWorkload(manifests, 'tracker').container.args).toEqual(['tracker.js'])
    expect(dockerfile).toContain('Auth0 (issuer.js) and Harvest (tracker.js)')
  })
})
