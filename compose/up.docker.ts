import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { images } from '../images/contents.ts'
import { Project, waitFor } from './project.ts'

const project = await Project.create()
const runtimeImage = process.env.RUNTIME_IMAGE ?? 'gcr.io/distroless/nodejs24-debian12:nonroot'
const running = ['database', 'timesheets-service', 'gateway', 'contractor-sync', 'issuer', 'tracker']
const entry = { user_id: '007', date: '2017-05-10T17:40:20.095Z', project: 'StoreZero', hours: 5 }
const named = { ...entry, external_id: 'kept' }
let token: string

beforeAll(async () => {
  await project.compose('build', '--quiet')
  await project.compose('up', '--detach', '--wait')
  token = await project.token()
})

afterAll(() => project.remove())

/** Reads the summaries of the daemon's runs, oldest first. */
async function readSummaries(): Promise<Record<string, number>[]> {
  const { stdout } = await project.compose('logs', '--no-log-prefix', 'contractor-sync')
  return parseSummaries(stdout)
}

function parseSummaries(log: string): Record<string, number>[] {
  const lines = log.split('\n').filter((line) => line.includes('"sync finished"'))
  return lines.map((line) => JSON.parse(line.slice(line.indexOf('{'))))
}

describe('after `docker compose up --wait`', () => {
  test('the daemon has synced once without a rejected entry', async () => {
    const [first] = await waitFor('the first sync', async () => {
      const runs = await readSummaries()
      return runs.length > 0 ? runs : undefined
    })
    expect(first).toMatchObject({ exitCode: 0, rejected: 0 })
    expect(first?.created).toBeGreaterThan(1000)
  })

  test('the example upload succeeds through the published port', async () => {
    const { status, body } = await project.upload(token, entry)
    expect(status).toBe(201)
    expect(body.message).toMatch(/^Created timesheet \d+ for employee 007$/)
  })

  test('a manual run beside the daemon changes nothing', async () => {
    const [first] = await readSummaries()
    // The first run reads all days; the next ones read a window, unless they are asked for all.
    const { stdout } = await project.compose('run', '--rm', '--no-TTY', 'contractor-sync', 'run', '--full')
    expect(parseSummaries(stdout)).toMatchObject([
      { created: 0, updated: 0, unchanged: first!.created, exitCode: 0 },
    ])
  })

  test('an upload with an invalid token is rejected with 401', async () => {
    expect((await project.upload('none', entry)).status).toBe(401)
  })
})

describe('each image', () => {
  test.each(Object.keys(images))(
    '%s adds at most 30 MB to its base, and only the files that it needs',
    async (name) => {
      const readSize = async (image: string) =>
        Number((await project.docker('image', 'inspect', '--format', '{{.Size}}', image)).stdout)
      expect((await readSize(project.image(name))) - (await readSize(runtimeImage))).toBeLessThan(30_000_000)

      const base = await listFiles(runtimeImage)
      const added = [...(await listFiles(project.image(name)))].filter((file) => !base.has(file))
      const bundled =
        /^(app|data)\/$|^app\/([\w-]+|chunks\/[\w.-]+)\.js(\.map)?$|^app\/migrations\/\w+[/.](migration\.sql|toml)$/
      const named = Object.entries(images[name]?.packages ?? {}).flatMap(([folder, files]) =>
        files.map((file) => `app/node_modules/${folder}/${file}`),
      )
      const others = added.filter((file) => !file.endsWith('/') && !bundled.test(file))
      expect(others.toSorted()).toEqual(named.toSorted())
      expect(added.filter((file) => /test|secret|\.env/.test(file))).toEqual([])
      const managers = /(^|\/)(npm|npx|corepack|yarn|pnpm|apt|apt-get|dpkg|sh|bash)$/
      expect(added.filter((file) => managers.test(file))).toEqual([])
    },
  )

  async function listFiles(image: string): Promise<Set<string>> {
    const id = (await project.docker('create', image, 'unused')).stdout.trim()
    try {
      const archive = `/tmp/${project.name}.tar`
      await project.docker('export', '--output', archive, id)
      const { listArchive, removeArchive } = await import('./archive.ts')
      const names = await listArchive(archive)
      await removeArchive(archive)
      return names
    } finally {
      await project.docker('rm', id)
    }
  }
})

describe('each container', () => {
  test.each(running)('%s runs without root', async (name) => {
    const { Id } = await project.container(name)
    const { stdout } = await project.docker('top', Id, '-eo', 'pid,uid')
    const owners = stdout
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/)[1])
    expect(owners.length).toBeGreaterThan(0)
    expect(owners).not.toContain('0')
  })

  test.each(running)('%s cannot write outside its volumes and /tmp', async (name) => {
    const changed = (await project.docker('diff', (await project.container(name)).Id)).stdout
    // The mount points of volumes, secrets and init, which Docker creates in the container's layer.
    const own =
      /^[AC] \/(run|run\/secrets.*|(usr\/)?sbin|(usr\/)?sbin\/docker-init|usr|exports|data|docker-entrypoint-initdb\.d.*|var.*|tmp)$/
    expect(changed.split('\n').filter((line) => line !== '' && !own.test(line))).toEqual([])
  })

  const ours = running.filter((name) => name !== 'database')
  test.each(ours)('%s cannot write to any other folder, also not in memory', async (name) => {
    // Tries to write a file in each folder of the container, independent of its mode.
    const script = `
      const { readdirSync, rmSync, writeFileSync } = require('node:fs')
      const folders = (path, depth) => {
        // A folder that cannot be listed may contain folders, but their names are unknown.
        let inside = []
        try { inside = readdirSync(path + '/', { withFileTypes: true }) } catch {}
        return inside.flatMap((entry) => {
          const child = path + '/' + entry.name
          if (!entry.isDirectory() || /^\\/(proc|sys)$/.test(child)) return []
          return [child, ...(depth > 0 ? folders(child, depth - 1) : [])]
        })
      }
      const isWritable = (path) => {
        const file = path + '/written-by-a-test'
        try { writeFileSync(file, ''); rmSync(file); return true } catch { return false }
      }
      console.log(JSON.stringify(folders('', 3).filter(isWritable)))`
    const { stdout } = await project.compose('exec', '-T', name, '/nodejs/bin/node', '-e', script)
    const volumes = name === 'issuer' || name === 'tracker' ? ['/data'] : []
    // What a process keeps in folders of its volume is in the volume.
    const folders = (JSON.parse(stdout) as string[]).filter((folder) => !folder.startsWith('/data/'))
    expect(folders.toSorted()).toEqual([...volumes, '/tmp'].toSorted())
  })

  test('contractor-sync cannot connect to the database', async () => {
    const script = `require('node:net').connect(5432, 'database').on('error', (error) => console.log(error.code))`
    const { stdout } = await project.compose(
      'exec',
      '-T',
      'contractor-sync',
      '/nodejs/bin/node',
      '-e',
      script,
    )
    expect(stdout.trim()).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/)
  })
})

describe('after SIGKILL', () => {
  test.each(running)('%s restarts and the API accepts uploads', async (name) => {
    const before = await project.container(name)
    await kill(name)
    await waitFor(`the restart of ${name}`, async () => {
      const { RestartCount, State } = await project.container(name)
      const isHealthy = State.Health === undefined || State.Health.Status === 'healthy'
      return RestartCount > before.RestartCount && State.Status === 'running' && isHealthy ? true : undefined
    })
    const status = await waitFor('an accepted upload', async () => {
      const response = await project.upload(token, named)
      return response.status < 300 ? response.status : undefined
    })
    expect([200, 201]).toContain(status)
  })

  /** Sends the signal from inside the container: after `docker kill`, Docker does not restart a container. */
  async function kill(name: string): Promise<void> {
    const node = ['/nodejs/bin/node', '-e', 'process.kill(-1, "SIGKILL")']
    const command = name === 'database' ? ['bash', '-c', 'kill -9 -1'] : node
    await project.tryCompose('exec', '-T', name, ...command)
  }
})

test('`up --wait` fails on an invalid setting of contractor-sync', async () => {
  const wrong = project.with({ SYNC_SCHEDULE: 'never' })
  const { code, stderr } = await wrong.tryCompose('up', '--detach', '--wait')
  expect(code).not.toBe(0)
  expect(stderr).toMatch(/contractor-sync\S* is unhealthy/)
  const { stdout } = await wrong.compose('logs', '--no-log-prefix', 'contractor-sync')
  const lines = stdout.split('\n').filter((line) => line.includes('SYNC_SCHEDULE'))
  expect(lines[0]).toMatch(/an error: SYNC_SCHEDULE: "never" is not a cron expression/)
  await project.compose('up', '--detach', '--wait')
})

test('`down` and `up` keep all entries', async () => {
  const { id } = (await project.upload(token, named)).body
  await project.compose('down')
  await project.compose('up', '--detach', '--wait')
  const again = await project.upload(await project.token(), named)
  expect(again).toMatchObject({ status: 200, body: { id, status: 'unchanged' } })
  const [first] = await waitFor('a sync', async () => {
    const runs = await readSummaries()
    return runs.length > 0 ? runs : undefined
  })
  expect(first).toMatchObject({ created: 0, updated: 0, exitCode: 0 })
})
