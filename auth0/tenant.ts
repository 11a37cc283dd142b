import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** The tenant as the Deploy CLI reads it: keywords replaced, code loaded, schema validated. */
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

const resolvePath = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** The settings of the Deploy CLI for this tenant. */
export const config = JSON.parse(readFileSync(resolvePath('config.json'), 'utf8')) as Readonly<
  Record<string, unknown>
>

/**
 * Reads the tenant with the CLI's own code, as `a0deploy import` does before it calls Auth0.
 * @param keywords the values of ##NAME##, which the CLI reads from its environment
 * @throws {Error} with the errors of the CLI's schema
 */
export async function readTenant(
  keywords: Readonly<Record<string, string>>,
  file: string = resolvePath('tenant.yaml'),
): Promise<Tenant> {
  const args = [resolvePath('read-tenant.ts'), file, JSON.stringify(keywords)]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return JSON.parse(stdout) as Tenant
}
