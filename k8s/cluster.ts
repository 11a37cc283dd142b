import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Runs a command beside these manifests and gives its standard output; an error holds what it said. */
export async function command(name: string, words: readonly string[]): Promise<string> {
  try {
    const options = { cwd: fileURLToPath(new URL('.', import.meta.url)), maxBuffer: 64 * 1024 * 1024 }
    return (await run(name, words, options)).stdout.trim()
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string }
    throw new Error(`${name} ${words.slice(0, 6).join(' ')}: ${stderr?.trim() || message}`)
  }
}

/** One namespace of the cluster that kubectl points at. */
export class Namespace {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }

  kubectl(...words: string[]): Promise<string> {
    return command('kubectl', ['--namespace', this.name, ...words])
  }

  async exists(): Promise<boolean> {
    const found = await command('kubectl', [
      'get',
      'namespace',
      this.name,
      '--ignore-not-found',
      '--output=name',
    ])
    return found !== ''
  }

  /**
   * Waits for a Job to end.
   * @throws an Error with its logs where it failed, or was not done in time
   */
  async jobDone(name: string, timeoutSeconds: number): Promise<string> {
    const deadlineMs = performance.now() + timeoutSeconds * 1000
    while (performance.now() < deadlineMs) {
      const { status = {} } = JSON.parse(await this.kubectl('get', 'job', name, '--output=json')) as {
        status?: { conditions?: readonly { type: string; status: string; reason?: string }[] }
      }
      const isTrue = (type: string) =>
        status.conditions?.find((one) => one.type === type && one.status === 'True')
      if (isTrue('Complete')) return await this.logs(name)
      const failed = isTrue('Failed')
      if (failed) throw new Error(`Job ${name} failed (${failed.reason}):\n${await this.logs(name)}`)
      await sleep(1000)
    }
    throw new Error(`Job ${name} was not done within ${timeoutSeconds} s:\n${await this.logs(name)}`)
  }

  async rolledOut(workload: string, timeoutSeconds: number): Promise<void> {
    await this.kubectl('rollout', 'status', workload, `--timeout=${timeoutSeconds}s`)
  }

  /**
   * Makes a Service's port reachable on this machine while something is done. It leads to one pod, and breaks with it.
   * @param act is given the URL, without a slash at its end
   */
  async forwarded<T>(service: string, port: number, act: (url: string) => Promise<T>): Promise<T> {
    const words = ['--namespace', this.name, 'port-forward', `service/${service}`, `:${port}`]
    const child = spawn('kubectl', words, { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    child.stderr.on('data', (chunk) => {
      said += chunk
    })
    try {
      for await (const line of createInterface(child.stdout)) {
        const [, localPort] = /^Forwarding from 127\.0\.0\.1:(\d+)/.exec(line) ?? []
        if (localPort !== undefined) return await act(`http://127.0.0.1:${localPort}`)
      }
      throw new Error(`No way to ${service}: ${said.trim()}`)
    } finally {
      if (child.exitCode === null && child.kill()) await once(child, 'exit')
    }
  }

  /** What to look at where something went wrong. */
  async describe(): Promise<string> {
    const views = [
      ['get', 'pods,jobs', '--output=wide'],
      ['get', 'events', '--sort-by=.lastTimestamp'],
      ['logs', '--selector=app.kubernetes.io/part-of=timesheets', '--tail=20', '--prefix', '--ignore-errors'],
    ]
    return (await Promise.all(views.map((words) => this.kubectl(...words).catch(String)))).join('\n\n')
  }

  private logs(job: string): Promise<string> {
    return this.kubectl('logs', `job/${job}`, '--tail=-1').catch((error: Error) => error.message)
  }
}
