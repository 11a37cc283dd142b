import { type Scope, scopes } from '@timesheets/contracts/scope'
import type { JWK } from 'jose'

/** A client of the tenant ("application" in Auth0). */
export interface Client {
  readonly clientId: string
  /** Absent for a public client and for one that signs assertions. */
  readonly secret?: string
  /** Public keys of a client that authenticates by `private_key_jwt`. */
  readonly publicKeys?: readonly JWK[]
  readonly grantTypes: readonly ('client_credentials' | 'authorization_code' | 'refresh_token' | 'password')[]
  /** The scopes of its client grant for the API. A client without a grant gets no machine token. */
  readonly grant?: readonly Scope[]
  /** The life of its machine tokens; by default that of all tokens. */
  readonly tokenSeconds?: number
}

/** A person who can log in. */
export interface Person {
  /** The claim `sub`. */
  readonly id: string
  readonly name: string
  readonly role: string
  readonly email: string
  readonly emailVerified: boolean
  readonly password: string
  /** The permissions of the person's roles (RBAC is enabled for people). */
  readonly permissions: readonly Scope[]
}

/** The tenant: one API, its clients, its people. */
export interface Registry {
  readonly audience: string
  readonly scopes: readonly string[]
  readonly clients: Client[]
  readonly people: readonly Person[]
}

/** The credentials for tokens of the local issuer. */
export interface Credentials {
  readonly clients: Readonly<Record<string, { client_id: string; client_secret?: string }>>
  readonly people: readonly { email: string; password: string; scopes: readonly string[] }[]
}

/** Builds the published secret of a local client or person. Secret scanners recognize its prefix as not real. */
export function localSecret(name: string): string {
  return `local-only-${name}-secret`
}

const employee: readonly Scope[] = ['create:timesheets', 'read:timesheets']
const manager: readonly Scope[] = [...employee, 'approve:timesheets', 'read:reports', 'manage:people']

/** Creates the registry of the local tenant. */
export function createRegistry(options: { audience: string; contractorSyncSecret?: string }): Registry {
  const { audience, contractorSyncSecret = localSecret('contractor-sync') } = options
  return {
    audience,
    scopes: Object.keys(scopes),
    clients: [
      machine('contractor-sync', { secret: contractorSyncSecret, grant: ['batch:upload'] }),
      machine('reader', { grant: ['read:timesheets', 'read:reports'] }),
      // A grant without scopes gives a valid token without permissions.
      machine('no-scope', { grant: [] }),
      machine('ungranted', {}),
      { clientId: 'timesheets-web', grantTypes: ['authorization_code', 'refresh_token', 'password'] },
    ],
    people: [
      person('Ann', 'Employee', employee),
      person('Ben', 'Employee', employee),
      person('Maya', 'Manager', manager),
      person('Una', 'Employee, e-mail not verified', employee, { emailVerified: false }),
    ],
  }
}

/** Finds a person by the claim `sub`. */
export function findPerson(registry: Registry, id: unknown): Person | undefined {
  return registry.people.find((person) => person.id === id)
}

/** Lists the credentials of the clients and people, in the format of `stack.json`. */
export function listCredentials(registry: Registry): Credentials {
  return {
    clients: Object.fromEntries(
      registry.clients.map(({ clientId, secret }) => [
        clientId,
        { client_id: clientId, ...(secret === undefined ? {} : { client_secret: secret }) },
      ]),
    ),
    people: registry.people.map(({ email, password, permissions }) => ({
      email,
      password,
      scopes: permissions,
    })),
  }
}

function machine(clientId: string, options: { secret?: string; grant?: readonly Scope[] }): Client {
  return { clientId, secret: localSecret(clientId), grantTypes: ['client_credentials'], ...options }
}

function person(
  name: string,
  role: string,
  permissions: readonly Scope[],
  { emailVerified = true } = {},
): Person {
  const login = name.toLowerCase()
  return {
    id: `auth0|${login}`,
    name,
    role,
    email: `${login}@exampleco.com`,
    emailVerified,
    password: localSecret(login),
    permissions,
  }
}
