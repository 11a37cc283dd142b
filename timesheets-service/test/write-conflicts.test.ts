import { expect, test } from '@jest/globals'
import { users } from './client.ts'
import { entry, useService } from './service-fixture.ts'

const service = useService()

/** Makes the first two writes to a table fail as Postgres does for conflicting writers. */
async function failTwice(table: string, when: string, sqlState: string): Promise<void> {
  await service().sql(`
    drop sequence if exists tries;
    create sequence tries;
    create or replace function fail_twice() returns trigger language plpgsql as $$
      begin
        if nextval('tries') <= 2 then raise exception 'write conflict' using errcode = '${sqlState}'; end if;
        return new;
      end $$;
    drop trigger if exists fail_twice on timesheets;
    drop trigger if exists fail_twice on sources;
    drop trigger if exists fail_twice on idempotency_keys;
    create constraint trigger fail_twice after insert or update on ${table} ${when}
      for each row execute function fail_twice()`)
}

test.each([
  ['a raw statement', 'timesheets', '', '40001'],
  ['a raw statement', 'timesheets', '', '40P01'],
  ['a typed statement', 'sources', '', '40001'],
  ['COMMIT', 'timesheets', 'deferrable initially deferred', '40001'],
  ['COMMIT', 'sources', 'deferrable initially deferred', '40P01'],
])('an upload succeeds after write conflicts in %s (%s %s %s)', async (_name, table, when, sqlState) => {
  await failTwice(table, when, sqlState)
  const source = `s${Math.random().toString(36).slice(2)}`
  const { status, body } = await service().upload(entry({ source, external_id: '1' }))
  expect({ status, body }).toMatchObject({ status: 201, body: { status: 'created', version: 1 } })
  const [counted] = await service().sql<{ tries: string }>('select last_value as tries from tries')
  expect(counted).toEqual({ tries: '3' })
  expect(await service().sql('select version from timesheets where source = $1', [source])).toHaveLength(1)
})

test('a request with an idempotency key is stored once after write conflicts, and a repeat is replayed', async () => {
  const { ann } = users(() => service().app)
  const headers = { 'idempotency-key': '"conflict"' }
  await failTwice('idempotency_keys', 'deferrable initially deferred', '40001')
  const own = { date: '2026-05-10', project: 'Conflict', hours: 1 }
  const created = await ann.request('POST', '/timesheets', own, headers)
  expect({ status: created.status, body: created.body }).toMatchObject({ status: 201, body: { version: 1 } })
  const repeated = await ann.request('POST', '/timesheets', own, headers)
  expect([repeated.headers.get('idempotent-replayed'), repeated.text]).toEqual(['true', created.text])
  const [counted] = await service().sql<{ tries: string }>('select last_value as tries from tries')
  expect(counted).toEqual({ tries: '3' })
  expect(await service().sql("select id from timesheets where project = 'Conflict'")).toHaveLength(1)
})
