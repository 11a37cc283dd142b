import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { describeManifests } from './kubectl.ts'
import { overlays, renderOverlay, workload, workloadsOf } from './rendered.ts'

const dockerfile = readFileSync(new URL('../Dockerfile', import.meta.url), 'utf8')
const targets = [...dockerfile.matchAll(/^FROM runtime AS (\S+)$/gm)].map(([, target]) => target!)

describeManifests('images', () => {
  test.each(overlays)('%s: each is built by the Dockerfile, or is Postgres', (overlay) => {
    for (const { name, container } of workloadsOf(renderOverlay(overlay))) {
      const [, target] = /^(?:registry\.invalid\/)?timesheets\/([^:@]+)[:@]/.exec(container.image!) ?? []
      if (name === 'postgres') expect(container.image).toBe('postgres:18')
      else expect([name, targets]).toEqual([name, expect.arrayContaining([target])])
      // "latest" may be another one on each node.
      expect(container.image).not.toMatch(/:latest$/)
      expect(container.imagePullPolicy).toBe('IfNotPresent')
    }
  })

  test('production runs them by digest, of which none can be forgotten: a digest of zeros is nowhere', () => {
    for (const { name, container } of workloadsOf(renderOverlay('production'))) {
      expect(container.image).toBe(`registry.invalid/timesheets/${name}@sha256:${'0'.repeat(64)}`)
    }
  })

  test('the stand-ins are started by the scripts that their image holds', () => {
    const manifests = renderOverlay('local')
    expect(workload(manifests, 'issuer').container.args).toEqual(['issuer.js'])
    expect(workload(manifests, 'tracker').container.args).toEqual(['tracker.js'])
    expect(dockerfile).toContain('Auth0 (issuer.js) and Harvest (tracker.js)')
  })
})
