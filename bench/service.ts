import { randomBytes, randomUUID } from 'node:crypto'
import { Agent, type IncomingMessage, request } from 'node:http'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Child, type Listening } from '@timesheets/dev-stack/child'
import { identityHeader, requestIdHeader, signIdentity } from '@timesheets/runtime/identity'
import { Secret } from '@timesheets/runtime/secret'

const script = fileURLToPath(new URL('../timesheets-service/src/main.ts', import.meta.url))
const secret = new Secret(randomBytes(32).toString('hex'))
const caller = {
  client: 'bench',
  person: 'user-0007',
  subject: 'user-0007',
  scopes: ['read:timesheets', 'read:reports', 'approve:timesheets', 'batch:upload'],
}

/** The real service as a process of its own, called over sockets as the gateway calls it. */
export class Service {
  readonly #child: Child
  readonly #listening: Listening
  readonly #agent = new Agent({ keepAlive: true })

  private constructor(child: Child, listening: Listening) {
    this.#child = child
    this.#listening = listening
  }

  static async start(databaseUrl: string, folder: string): Promise<Service> {
    const environment = {
      DATABASE_URL: databaseUrl,
      IDENTITY_SECRET: secret.reveal(),
      SERVICE_PORT: '0',
      DRAIN_WAIT_MS: '0',
      LOG_LEVEL: 'info',
    }
    const child = new Child(
      {
        name: 'timesheets-service',
        script,
        environment,
        portVariable: 'SERVICE_PORT',
        logFile: path.join(folder, 'service.log'),
      },
      { died: (name, why) => console.error(`${name} died: ${why}`), returned: () => {} },
    )
    return new Service(child, await child.start())
  }

  get pid(): number {
    return this.#listening.pid
  }

  /** Sends a GET request, and reads the whole response without keeping it. */
  async get(
    target: string,
    accept = 'application/json',
  ): Promise<{ link: string | undefined; bytes: number }> {
    const response = await this.#send('GET', target, { accept })
    let bytes = 0
    for await (const chunk of response) bytes += (chunk as Buffer).length
    if (response.statusCode !== 200) throw new Error(`GET ${target} failed with ${response.statusCode}`)
    const link = /<https?:\/\/[^/]*([^>]*)>/.exec(String(response.headers.link ?? ''))?.[1]
    return { link, bytes }
  }

  /** Sends a JSON body, and returns that of the response. */
  async post<Body>(target: string, body: object): Promise<Body> {
    const text = JSON.stringify(body)
    const headers = {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(text)),
    }
    const response = await this.#send('POST', target, headers, text)
    const received = Buffer.concat(await response.toArray()).toString()
    if (response.statusCode !== 201) throw new Error(`POST ${target} failed: ${received}`)
    return JSON.parse(received)
  }

  async stop(): Promise<void> {
    this.#agent.destroy()
    await this.#child.stop()
  }

  async #send(
    method: 'GET' | 'POST',
    target: string,
    headers: Readonly<Record<string, string>>,
    body?: string,
  ): Promise<IncomingMessage> {
    const requestId = randomUUID()
    const identity = signIdentity(caller, { method, target, requestId, headers }, secret)
    return new Promise((resolve, reject) => {
      request(this.#listening.url + target, {
        method,
        agent: this.#agent,
        headers: { ...headers, [requestIdHeader]: requestId, [identityHeader]: identity },
      })
        .once('response', resolve)
        .once('error', reject)
        .end(body)
    })
  }
}
