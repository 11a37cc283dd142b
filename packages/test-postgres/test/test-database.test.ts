import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import pg from 'pg'
import { testDatabase } from '../src/test-database.ts'

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString, application_name: 'this test' })
  client.on('error', () => {})
  await client.connect()
  return client
}

test('each call returns a separate database with the schema and no rows', async () => {
  await using one = await testDatabase()
  await using other = await testDatabase()
  const [inOne, inOther] = await Promise.all([connect(one.url), connect(other.url)])
  await inOne.query("insert into sources (name, client_id) values ('csv', 'a client')")
  expect((await inOne.query('select name from sources')).rows).toEqual([{ name: 'csv' }])
  expect((await inOther.query('select name from sources')).rows).toEqual([])
  await Promise.all([inOne.end(), inOther.end()])
})

test('drop reports a session that is still open, and drops the database all the same', async () => {
  const database = await testDatabase()
  const leaked = await connect(database.url)
  await leaked.query("select 'a leak'")
  await expect(database.drop()).rejects.toThrow(
    "sessions were still open when the database was dropped: this test: select 'a leak'",
  )
  await expect(connect(database.url)).rejects.toThrow(/does not exist/)
})

test('the server of a run that is killed with SIGKILL stops', async () => {
  const source = (file: string) => JSON.stringify(fileURLToPath(new URL(`../src/${file}`, import.meta.url)))
  const run = spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import setup from ${source('jest-setup.ts')}
       import { testDatabase } from ${source('test-database.ts')}
       await setup()
       console.log((await testDatabase()).url)
       setInterval(() => {}, 1000)`,
    ],
    {
      env: { PATH: process.env.PATH, DOCKER_HOST: 'unix:///nonexistent' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const [url] = await once(createInterface({ input: run.stdout }), 'line')
  const session = await connect(url)
  const closed = new Promise((resolve) => session.once('end', resolve))
  run.kill('SIGKILL')
  await closed
  while (await acceptsConnections(url)) await sleep(50)
})

async function acceptsConnections(url: string): Promise<boolean> {
  try {
    await (await connect(url)).end()
    return true
  } catch {
    return false
  }
}
