/**
 * The part of oidc-provider that this issuer uses. The package has no types of its own, and those of DefinitelyTyped
 * bring Koa's with them.
 */
declare module 'oidc-provider' {
  import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
  import type { ParsedUrlQueryInput } from 'node:querystring'
  import type { Readable } from 'node:stream'
  import type { JWK } from 'jose'

  export interface Client {
    readonly clientId: string
    grantTypeAllowed(type: string): boolean
  }

  export interface BaseToken {
    readonly scopes: ReadonlySet<string>
    readonly clientId: string
    readonly aud?: string
    readonly expiration: number
    readonly tokenType: string
    scope?: string
    resourceServer: ResourceServer
    save(): Promise<string>
  }

  export interface ClientCredentials extends BaseToken {
    readonly kind: 'ClientCredentials'
  }

  export interface AccessToken extends BaseToken {
    readonly kind: 'AccessToken'
    readonly accountId: string
    readonly gty?: string
  }

  export interface IdToken {
    scope: string
    issue(options: { use: 'idtoken' }): Promise<string>
  }

  export interface Grant {
    addOIDCScope(scope: string): void
    addResourceScope(resource: string, scope: string): void
    rejectResourceScope(resource: string, scope: string): void
    save(): Promise<string>
  }

  export interface ResourceServerInfo {
    scope: string
    accessTokenFormat: 'jwt'
    jwt: { sign: { alg: 'RS256' } }
  }

  export interface ResourceServer {
    readonly scope: string
  }

  export interface Account {
    readonly accountId: string
    claims(): Promise<Record<string, unknown> & { sub: string }>
  }

  /** Koa's context with what oidc-provider puts on it. */
  export interface Context {
    readonly path: string
    readonly method: string
    readonly path: string
    readonly method: string
    /** Node's request, whose body may have been read into `body`. */
    req: Readable & { headers: IncomingHttpHeaders; body?: ParsedUrlQueryInput }
    status: number
    type: string
    body: unknown
    readonly oidc: {
      readonly provider: Provider
      readonly client: Client
      readonly account: Account
      /** Absent where the request failed before they were read. */
      readonly params: Readonly<Record<string, string | undefined>>
      readonly resourceServers: Readonly<Record<string, ResourceServer>>
      readonly entities: Readonly<
        Partial<Record<'AuthorizationCode' | 'RefreshToken', { readonly scopes: ReadonlySet<string> }>>
      >
      entity(name: string, value: unknown): void
    }
  }

  export interface Interaction {
    readonly uid: string
    readonly prompt: { readonly name: string }
    readonly params: Readonly<Record<string, unknown>>
  }

  export interface Adapter {
    upsert(id: string, payload: Record<string, unknown>, expiresInSeconds?: number): Promise<void>
    find(id: string): Promise<Record<string, unknown> | undefined>
    findByUid(uid: string): Promise<Record<string, unknown> | undefined>
    findByUserCode(code: string): Promise<Record<string, unknown> | undefined>
    consume(id: string): Promise<void>
    destroy(id: string): Promise<void>
    revokeByGrantId(grantId: string): Promise<void>
  }

  export interface Configuration {
    adapter: (model: string) => Adapter
    jwks: { keys: readonly JWK[] }
    clients: readonly Record<string, unknown>[]
    findAccount(ctx: Context, id: string): Promise<Account | undefined>
    loadExistingGrant(ctx: Context): Promise<Grant | undefined>
    clientBasedCORS(ctx: Context, origin: string, client: Client): boolean
    expiresWithSession(): Promise<boolean>
    renderError(ctx: Context, out: Record<string, string>): Promise<void>
    formats: {
      customizers: {
        jwt(
          ctx: Context,
          token: AccessToken | ClientCredentials,
          jwt: { header: unknown; payload: object },
        ): Promise<void>
      }
    }
    interactions: { url(ctx: Context, interaction: Interaction): Promise<string> }
    /** The rest is plain data. */
    [name: string]: unknown
  }

  export class Provider {
    constructor(issuer: string, configuration: Configuration)
    readonly issuer: string
    readonly Client: { prototype: { redirectUriAllowed(uri: string): boolean } }
    readonly AccessToken: new (
      fields: object,
    ) => AccessToken
    readonly ClientCredentials: new (
      fields: object,
    ) => ClientCredentials
    readonly IdToken: new (
      claims: object,
      options: { ctx: Context },
    ) => IdToken
    readonly Grant: new (
      fields: object,
    ) => Grant
    readonly ResourceServer: new (
      identifier: string,
      info: ResourceServerInfo,
    ) => ResourceServer
    use(middleware: (ctx: Context, next: () => Promise<void>) => Promise<void>): this
    on(event: 'server_error', listener: (ctx: Context, error: Error) => void): this
    on(event: 'error', listener: (error: Error) => void): this
    registerGrantType(
      name: string,
      handler: (ctx: Context) => Promise<void>,
      parameters: readonly string[],
    ): void
    callback(): (req: IncomingMessage, res: ServerResponse) => Promise<void>
    interactionDetails(req: IncomingMessage, res: ServerResponse): Promise<Interaction>
    interactionFinished(req: IncomingMessage, res: ServerResponse, result: object): Promise<void>
  }

  export namespace errors {
    class OIDCProviderError extends Error {
      constructor(status: number, error: string)
      readonly status: number
    }
    class AccessDenied extends OIDCProviderError {
      constructor(description: string)
    }
  }
}
