import { expect, test } from '@jest/globals'
import { settingsFor } from '@timesheets/contractor-sync/config'
import { describeManifests } from './kubectl.ts'
import { findWorkload, render } from './manifests.ts'
import { validateManifest } from './validation.ts'

describeManifests('the example of a source of exports', () => {
  const manifests = () => render('sources/exports')

  test('has valid objects', async () => {
    expect((await Promise.all(manifests().map(validateManifest))).flat()).toEqual([])
  })

  test('mounts its files read-only where CSV_PATH leads, and its settings are known', async () => {
    const { container, spec } = findWorkload(manifests(), 'contractor-sync')
    const variables = Object.fromEntries((container.env ?? []).map(({ name, value = '' }) => [name, value]))
    const mount = container.volumeMounts!.find(({ mountPath }) => mountPath === variables.CSV_PATH)
    expect(mount).toMatchObject({ readOnly: true })
    const volume = spec.volumes!.find(({ name }) => name === mount!.name)
    expect(volume!.persistentVolumeClaim).toMatchObject({ readOnly: true })
    const { settings } = await settingsFor(variables)
    const known = new Map(Object.values(settings).map((setting) => [setting.name, setting]))
    for (const [name, value] of Object.entries(variables)) {
      if (!name.endsWith('_FILE')) expect(() => known.get(name)!.parse(value)).not.toThrow()
    }
  })
})
