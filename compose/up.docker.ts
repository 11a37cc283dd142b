import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { images } from '../images/contents.ts'
import { eventually, Project } from './project.ts'

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

/** What the runs of the daemon came to, oldest first. */
async function finishedSyncs(): Promise<Record<string, number>[]> {
  const { stdout } = await project.compose('logs', '--no-log-prefix', 'contractor-sync')
  return eventsOf(stdout)
}

function eventsOf(log: string): Record<string, number>[] {
  const lines = log.split('\n').filter((line) => line.includes('"sync finished"'))
  return lines.map((line) => JSON.parse(line.slice(line.indexOf('{'))))
}

describe('after `docker compose up --wait`', () => {
  test('the daemon has synced once, and nothing was refused', async () => {
    const [first] = await eventually('a first sync', async () => {
      const runs = await finishedSyncs()
      return runs.length > 0 ? runs : undefined
    })
    expect(first).toMatchObject({ exitCode: 0, rejected: 0 })
    expect(first?.created).toBeGreaterThan(1000)
  })

  test('the scenario’s request is answered through the published port', async () => {
    const { status, body } = await project.upload(token, entry)
    expect(status).toBe(201)
    expect(body.message).toMatch(/^Created timesheet \d+ for employee 007$/)
  })

  test('a run by hand, beside the daemon, finds all of it there', async () => {
    const [first] = await finishedSyncs()
    const { stdout } = await project.compose('run', '--rm', '--no-TTY', 'contractor-sync', 'run')
    expect(eventsOf(stdout)).toMatchObject([
      { created: 0, updated: 0, unchanged: first!.created, exitCode: 0 },
    ])
  })

  test('nobody is let in without a token', async () => {
    expect((await project.upload('none', entry)).status).toBe(401)
  })
})

describe('each image', () => {
  test.each(Object.keys(images))(
    '%s adds at most 30 MB to its base, and nothing but what it runs',
    async (name) => {
      const sizeOf = async (image: string) =>
        Number((await project.docker('image', 'inspect', '--format', '{{.Size}}', image)).stdout)
      expect((await sizeOf(project.image(name))) - (await sizeOf(runtimeImage))).toBeLessThan(30_000_000)

      const base = await filesOf(runtimeImage)
      const added = [...(await filesOf(project.image(name)))].filter((file) => !base.has(file))
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

  async function filesOf(image: string): Promise<Set<string>> {
    const id = (await project.docker('create', image, 'unused')).stdout.trim()
    try {
      const archive = `/tmp/${project.name}.tar`
      await project.docker('export', '--output', archive, id)
      const { namesInArchive, removeArchive } = await import('./archive.ts')
      const names = await namesInArchive(archive)
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
    // What Docker itself puts into a container's layer: the places that volumes, secrets and its init are mounted at.
    const own =
      /^[AC] \/(run|run\/secrets.*|(usr\/)?sbin|(usr\/)?sbin\/docker-init|usr|exports|data|docker-entrypoint-initdb\.d.*|var.*|tmp)$/
    expect(changed.split('\n').filter((line) => line !== '' && !own.test(line))).toEqual([])
  })

  const ours = running.filter((name) => name !== 'database')
  test.each(ours)('%s finds nothing else to write to, in memory neither', async (name) => {
    // A file in each folder that is mounted or stands in the image, whoever may write there by its mode.
    const script = `
      const { readdirSync, rmSync, writeFileSync } = require('node:fs')
      const folders = (path, depth) => {
        // What this user may not look into, it cannot write into by a name that it does not know.
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
    expect(JSON.parse(stdout).toSorted()).toEqual([...volumes, '/tmp'].toSorted())
  })

  test('contractor-sync has no way to the database', async () => {
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

describe('killed at once', () => {
  test.each(running)('%s comes back, and the API answers', async (name) => {
    const before = await project.container(name)
    await kill(name)
    await eventually(`${name} restarted`, async () => {
      const { RestartCount, State } = await project.container(name)
      const isWell = State.Health === undefined || State.Health.Status === 'healthy'
      return RestartCount > before.RestartCount && State.Status === 'running' && isWell ? true : undefined
    })
    const status = await eventually('an upload is taken', async () => {
      const answer = await project.upload(token, named)
      return answer.status < 300 ? answer.status : undefined
    })
    expect([200, 201]).toContain(status)
  })

  /** By a signal from inside: `docker kill` would count as the wish that it stay down. */
  async function kill(name: string): Promise<void> {
    const node = ['/nodejs/bin/node', '-e', 'process.kill(-1, "SIGKILL")']
    const words = name === 'database' ? ['bash', '-c', 'kill -9 -1'] : node
    await project.tryCompose('exec', '-T', name, ...words)
  }
})

test('a setting that is wrong is told by `up --wait`', async () => {
  const wrong = project.with({ SYNC_SCHEDULE: 'never' })
  const { code, stderr } = await wrong.tryCompose('up', '--detach', '--wait')
  expect(code).not.toBe(0)
  expect(stderr).toMatch(/contractor-sync\S* is unhealthy/)
  const { stdout } = await wrong.compose('logs', '--no-log-prefix', 'contractor-sync')
  const lines = stdout.split('\n').filter((line) => line.includes('fault'))
  expect(lines[0]).toMatch(/a fault: SYNC_SCHEDULE: "never" is not a cron expression/)
  await project.compose('up', '--detach', '--wait')
})

test('down and up again: all is still there', async () => {
  const { id } = (await project.upload(token, named)).body
  await project.compose('down')
  await project.compose('up', '--detach', '--wait')
  const again = await project.upload(await project.token(), named)
  expect(again).toMatchObject({ status: 200, body: { id, status: 'unchanged' } })
  const [first] = await eventually('a sync', async () => {
    const runs = await finishedSyncs()
    return runs.length > 0 ? runs : undefined
  })
  expect(first).toMatchObject({ created: 0, updated: 0, exitCode: 0 })
})
