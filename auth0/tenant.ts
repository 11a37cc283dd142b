import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** The tenant's configuration after the Deploy CLI has read it: keywords replaced, code loaded, schema checked. */
export interface Tenant {
  readonly resourceServers: readonly {
    readonly identifier: string
    readonly scopes: readonly { readonly value: string; readonly description: string }[]
    readonly [setting: string]: unknown
  }[]
  readonly clients: readonly { readonly name: string; readonly [setting: string]: unknown }[]
  readonly clientGrants: readonly {
    readonly client_id: string
    readonly audience: string
    readonly scope: readonly string[]
  }[]
  readonly roles: readonly {
    readonly name: string
    readonly permissions: readonly {
      readonly resource_server_identifier: string
      readonly permission_name: string
    }[]
  }[]
  readonly actions: readonly {
    readonly name: string
    readonly code: string
    readonly deployed: boolean
    readonly supported_triggers: readonly { readonly id: string }[]
  }[]
  readonly triggers: Readonly<Record<string, readonly { readonly action_name: string }[]>>
}

const at = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** The Deploy CLI's own settings for this tenant. */
export const config = JSON.parse(readFileSync(at('config.json'), 'utf8')) as Readonly<Record<string, unknown>>

/**
 * Reads the tenant as `a0deploy import` does before it calls Auth0, by the CLI's own code.
 * @param keywords what ##NAME## stands for; the CLI takes them from its environment
 * @throws an Error with what the CLI's schema has against it
 */
export async function readTenant(
  keywords: Readonly<Record<string, string>>,
  file: string = at('tenant.yaml'),
): Promise<Tenant> {
  const words = [at('read-tenant.ts'), file, JSON.stringify(keywords)]
  const { stdout } = await promisify(execFile)(process.execPath, words)
  return JSON.parse(stdout) as Tenant
}
