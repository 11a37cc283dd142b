import { expect, test } from '@jest/globals'
import { createRegistry, listCredentials, localSecret } from '../src/registry.ts'
import { audience } from './token-requests.ts'

test('listCredentials lists clients and people, with secrets only where there are any', () => {
  const { clients, people } = listCredentials(createRegistry({ audience, contractorSyncSecret: 'other' }))
  expect(clients['contractor-sync']).toEqual({ client_id: 'contractor-sync', client_secret: 'other' })
  expect(clients['timesheets-web']).toEqual({ client_id: 'timesheets-web' })
  expect(people).toContainEqual({
    email: 'ann@exampleco.com',
    password: localSecret('ann'),
    scopes: ['create:timesheets', 'read:timesheets'],
  })
})
