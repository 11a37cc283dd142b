import { expect, test } from '@jest/globals'
import { describeManifests } from './kubectl.ts'
import { find, type Manifest, overlays, renderOverlay } from './manifests.ts'
import { listFields, validateManifest } from './validation.ts'

describeManifests('every rendered object', () => {
  test.each(overlays)('%s: has only known fields, with values of the right types', async (overlay) => {
    const manifests = renderOverlay(overlay)
    expect(manifests.length).toBeGreaterThan(20)
    expect((await Promise.all(manifests.map(validateManifest))).flat()).toEqual([])
  })

  test.each(overlays)('%s: exists once', (overlay) => {
    const names = renderOverlay(overlay).map(({ kind, metadata }) => `${kind} ${metadata.name}`)
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
  })

  test.each(overlays)('%s: fails validation with any misspelled field', async (overlay) => {
    const tried = new Set<string>()
    const accepted: string[] = []
    for (const manifest of renderOverlay(overlay)) {
      for (const { path } of listFields(manifest)) {
        const where = `${manifest.kind} ${path.map((key) => (Number.isNaN(Number(key)) ? key : '*')).join('.')}`
        if (path.length === 1 && /^(apiVersion|kind)$/.test(String(path[0]))) continue
        if (tried.has(where)) continue
        tried.add(where)
        if ((await validateManifest(misspell(manifest, path))).length === 0) accepted.push(where)
      }
    }
    expect(tried.size).toBeGreaterThan(200)
    expect(accepted).toEqual([])
  })

  test('fails validation with a wrong type, an unknown enum value, or a missing required field', async () => {
    const deployment = find(renderOverlay('production'), 'Deployment', 'gateway')
    const wrong = [
      { ...deployment, spec: { ...deployment.spec, progressDeadlineSeconds: 'soon' } },
      { ...deployment, spec: { ...deployment.spec, strategy: { type: 'Sometimes' } } },
      { ...deployment, spec: { ...deployment.spec, selector: undefined } },
    ]
    for (const manifest of wrong) expect(await validateManifest(manifest)).toHaveLength(1)
  })
})

function misspell(manifest: Manifest, path: readonly (string | number)[]): Manifest {
  const copy = structuredClone(manifest)
  const key = path.at(-1)!
  // biome-ignore lint/suspicious/noExplicitAny: any object on the path
  const parent = path.slice(0, -1).reduce((value: any, key) => value[key], copy)
  parent[`${key}s`] = parent[key]
  delete parent[key]
  return copy
}
