import type { Secret } from '@timesheets/runtime/secret'
import { z } from 'zod'
import { ConfigurationError } from '../errors.ts'
import { type Endpoint, type HttpResponse, requestJson } from '../http/http-client.ts'
import { parseResponse } from '../http/parse-response.ts'

/** A token is renewed this long before it expires, or after nine tenths of its life if that is later. */
const marginMs = 5 * 60_000

export interface TokenSettings {
  readonly tokenUrl: string
  /** The environment variable that `tokenUrl` comes from. */
  readonly tokenUrlSetting: string
  readonly audience: string
  readonly clientId: string
  readonly clientSecret: Secret
  readonly requestTimeoutSeconds: number
}

export interface IssuedToken {
  readonly value: string
  /** Space-separated scopes; undefined if the issuer does not list them. */
  readonly scope: string | undefined
  readonly lifeSeconds: number
}

/**
 * The access token of this program, by the client credentials grant (RFC 6749, section 4.4). It is cached until
 * shortly before it expires; callers at the same time share one request.
 */
export class AccessToken {
  readonly #settings: TokenSettings
  readonly #signal: AbortSignal | undefined
  #current: Promise<IssuedToken> | undefined
  #usableUntilMs = 0

  /** @param signal aborts the request for a token */
  constructor(settings: TokenSettings, signal?: AbortSignal) {
    this.#settings = settings
    this.#signal = signal
  }

  /**
   * Returns the cached token, or requests one.
   * @throws {ConfigurationError} the issuer refuses this client
   * @throws {TransientError} the issuer is down; the next call requests again
   * @throws {InvalidResponseError} the response is not a token
   */
  get(): Promise<IssuedToken> {
    if (this.#current === undefined || performance.now() >= this.#usableUntilMs) this.#renew()
    return this.#current!
  }

  /** Drops a token that the API rejected. A newer token stays. */
  async discard(rejected: IssuedToken): Promise<void> {
    // Ignore a failed fetch; its callers already received the error.
    const current = await this.#current?.catch(() => undefined)
    if (current === rejected) this.#current = undefined
  }

  #renew(): void {
    const renewal = fetchToken(this.#settings, this.#signal)
    this.#current = renewal
    this.#usableUntilMs = Number.POSITIVE_INFINITY
    renewal.then(
      ({ lifeSeconds }) => {
        const lifeMs = lifeSeconds * 1000
        this.#usableUntilMs = performance.now() + lifeMs - Math.min(marginMs, lifeMs / 10)
      },
      () => {
        this.#current = undefined
      },
    )
  }
}

/** RFC 6749, section 5.1. */
const tokenSchema = z.object({
  access_token: z.string().min(1),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.number().positive(),
  scope: z.string().optional(),
})

/** RFC 6749, section 5.2. */
const tokenErrorSchema = z.object({ error: z.string(), error_description: z.string().optional() })

async function fetchToken(settings: TokenSettings, signal: AbortSignal | undefined): Promise<IssuedToken> {
  const issuer: Endpoint = { name: 'The token issuer', setting: settings.tokenUrlSetting }
  const { tokenUrl, audience, clientId, clientSecret, requestTimeoutSeconds } = settings
  const response = await requestJson(issuer, tokenUrl, {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret.reveal(),
      audience,
    }).toString(),
    timeoutMs: requestTimeoutSeconds * 1000,
    signal,
  })
  if (response.status !== 200) throw toRefusal(response, settings)
  const token = parseResponse(tokenSchema, response.body, "The token issuer's response")
  return { value: token.access_token, scope: token.scope, lifeSeconds: token.expires_in }
}

/** Auth0 sends 401 for a wrong client or secret, and 403 for an unknown audience, a missing grant or grant type. */
function toRefusal(
  { status, body }: HttpResponse,
  { clientId, audience, tokenUrl, tokenUrlSetting }: TokenSettings,
): ConfigurationError {
  const error = tokenErrorSchema.safeParse(body).data
  const reason =
    error === undefined ? `${status}` : `${status} ${error.error}: ${error.error_description ?? ''}`
  const hints: Record<number, string> = {
    401: `check AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET`,
    403: `authorize the client "${clientId}" for the API "${audience}" (AUTH0_AUDIENCE), with the grant type Client Credentials`,
    404: `nothing is at ${tokenUrl}; check ${tokenUrlSetting}`,
  }
  return new ConfigurationError(
    `The token issuer refuses a token (${reason}): ${hints[status] ?? 'check the AUTH0_ settings'}`,
  )
}
