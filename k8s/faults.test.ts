import { expect, test } from '@jest/globals'
import { faultsOf, fieldsOf } from './faults.ts'
import { describeManifests } from './kubectl.ts'
import { find, type Manifest, overlays, renderOverlay } from './rendered.ts'

describeManifests('every object that would be applied', () => {
  test.each(overlays)('has only fields of its kind, with values of their types: %s', async (overlay) => {
    const manifests = renderOverlay(overlay)
    expect(manifests.length).toBeGreaterThan(20)
    expect((await Promise.all(manifests.map(faultsOf))).flat()).toEqual([])
  })

  test.each(overlays)('is there once: %s', (overlay) => {
    const names = renderOverlay(overlay).map(({ kind, metadata }) => `${kind} ${metadata.name}`)
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
  })

  test.each(overlays)('would be refused with any one field of it misspelt: %s', async (overlay) => {
    const tried = new Set<string>()
    const accepted: string[] = []
    for (const manifest of renderOverlay(overlay)) {
      for (const { path } of fieldsOf(manifest)) {
        const where = `${manifest.kind} ${path.map((word) => (Number.isNaN(Number(word)) ? word : '*')).join('.')}`
        if (path.length === 1 && /^(apiVersion|kind)$/.test(String(path[0]))) continue
        if (tried.has(where)) continue
        tried.add(where)
        if ((await faultsOf(misspell(manifest, path))).length === 0) accepted.push(where)
      }
    }
    expect(tried.size).toBeGreaterThan(200)
    expect(accepted).toEqual([])
  })

  test('is refused, too, with a wrong type, a wrong word, or without what it needs', async () => {
    const deployment = find(renderOverlay('production'), 'Deployment', 'gateway')
    const wrong = [
      { ...deployment, spec: { ...deployment.spec, progressDeadlineSeconds: 'soon' } },
      { ...deployment, spec: { ...deployment.spec, strategy: { type: 'Sometimes' } } },
      { ...deployment, spec: { ...deployment.spec, selector: undefined } },
    ]
    for (const manifest of wrong) expect(await faultsOf(manifest)).toHaveLength(1)
  })
})

function misspell(manifest: Manifest, path: readonly (string | number)[]): Manifest {
  const copy = structuredClone(manifest)
  const key = path.at(-1)!
  // biome-ignore lint/suspicious/noExplicitAny: any object on the way
  const parent = path.slice(0, -1).reduce((value: any, word) => value[word], copy)
  parent[`${key}s`] = parent[key]
  delete parent[key]
  return copy
}
