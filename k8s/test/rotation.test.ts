import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { serviceSettings } from '@timesheets/timesheets-service/config'
import { readEnvironment } from './environment.ts'
import { describeManifests, kubectl } from './kubectl.ts'
import { findWorkload, type Manifest, overlays, parseManifests, renderOverlay } from './manifests.ts'
import { validateManifest } from './validation.ts'

describeManifests('during a rotation of the identity secret', () => {
  test.each(overlays)('%s: the service accepts both secrets, and nothing else changes', async (overlay) => {
    const rotating = renderWith('components/rotate-identity-secret', overlay)
    const variable = serviceSettings.identitySecretPrevious.name
    const given = readEnvironment(findWorkload(rotating, 'timesheets-service'), rotating)
    const { secret } = given.get('IDENTITY_SECRET') as { secret: string }
    expect(given.get(variable)).toEqual({ secret, key: 'identity-secret-previous' })
    expect((await Promise.all(rotating.map(validateManifest))).flat()).toEqual([])

    const changed = rotating.filter((manifest, i) => !isSame(manifest, renderOverlay(overlay)[i]))
    expect(changed.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'Deployment timesheets-service',
    ])
  })
})

const isSame = (one: Manifest, other: Manifest | undefined) => JSON.stringify(one) === JSON.stringify(other)

/** Renders an overlay with a component. */
function renderWith(component: string, overlay: string): Manifest[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'k8s-component-'))
  const toHere = path.relative(folder, fileURLToPath(new URL('..', import.meta.url)))
  const kustomization = {
    resources: [`${toHere}/overlays/${overlay}`],
    components: [`${toHere}/${component}`],
  }
  try {
    writeFileSync(path.join(folder, 'kustomization.yaml'), JSON.stringify(kustomization))
    return parseManifests(kubectl(['kustomize', folder]))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
