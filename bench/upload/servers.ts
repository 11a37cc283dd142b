import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Child, type Listening } from '@timesheets/dev-stack/child'
import { audience, TokenSigner } from '../gateway/tokens.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** As in a container with the memory limit of k8s/base: Node limits its heap to half of it. */
const nodeOptions = {
  gateway: '--enable-source-maps --max-old-space-size=128',
  'timesheets-service': '--enable-source-maps --max-old-space-size=192 --max-semi-space-size=16',
} as const

/** Gateway and service as their images run them, over one database, and an issuer that signs with a key of the bench. */
export class Servers {
  readonly #children: readonly Child[]
  readonly #issuer: Server
  readonly gateway: Listening
  readonly service: Listening
  readonly token: string

  private constructor(
    children: readonly Child[],
    issuer: Server,
    listening: { gateway: Listening; service: Listening },
    token: string,
  ) {
    this.#children = children
    this.#issuer = issuer
    this.gateway = listening.gateway
    this.service = listening.service
    this.token = token
  }

  static bundle(): void {
    for (const name of ['gateway', 'timesheets-service']) {
      execFileSync(process.execPath, [path.join(root, 'images/bundle.ts'), name])
    }
  }

  static async start(databaseUrl: string, folder: string): Promise<Servers> {
    const signer = new TokenSigner()
    const issuer = createServer((_request, response) => response.end(JSON.stringify(signer.jwks)))
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve))
    const issuerUrl = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/`
    const shared = {
      IDENTITY_SECRET: randomBytes(32).toString('hex'),
      NODE_ENV: 'production',
      DRAIN_WAIT_MS: '0',
    }
    const [service, startedService] = await start('timesheets-service', 'SERVICE_PORT', folder, {
      ...shared,
      DATABASE_URL: databaseUrl,
    })
    const [gateway, startedGateway] = await start('gateway', 'GATEWAY_PORT', folder, {
      ...shared,
      SERVICE_URL: startedService.url,
      AUTH0_ISSUER: issuerUrl,
      AUTH0_AUDIENCE: audience,
      ALLOW_HTTP_ISSUER: 'true',
    })
    const listening = { gateway: startedGateway, service: startedService }
    return new Servers([gateway, service], issuer, listening, signer.sign(issuerUrl, 'bench'))
  }

  async stop(): Promise<void> {
    for (const child of this.#children) await child.stop()
    this.#issuer.close()
  }
}

async function start(
  name: keyof typeof nodeOptions,
  portVariable: string,
  folder: string,
  environment: Record<string, string>,
): Promise<[Child, Listening]> {
  const child = new Child(
    {
      name,
      script: path.join(root, `dist/${name}/main.js`),
      environment: { ...environment, [portVariable]: '0', NODE_OPTIONS: nodeOptions[name] },
      portVariable,
      logFile: path.join(folder, `${name}.log`),
    },
    { died: (died, why) => console.error(`${died} died: ${why}`), returned: () => {} },
  )
  return [child, await child.start()]
}
