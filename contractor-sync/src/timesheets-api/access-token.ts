import type { Secret } from '@timesheets/runtime/secret'
import { z } from 'zod'
import { Refused } from '../errors.ts'
import { type Answer, type Peer, request } from '../http/http-client.ts'
import { demand } from '../http/parse-response.ts'

/** A token is replaced so long before its end, or at a tenth of its life where that is less. */
const marginMs = 5 * 60_000

export interface TokenSettings {
  readonly tokenUrl: string
  /** The variable that says where that is. */
  readonly tokenUrlSetting: string
  readonly audience: string
  readonly clientId: string
  readonly clientSecret: Secret
  readonly requestTimeoutSeconds: number
}

/** A token as it was issued. */
export interface IssuedToken {
  readonly value: string
  /** As the issuer lists them; undefined where it does not say. */
  readonly scope: string | undefined
  readonly lifeSeconds: number
}

/**
 * The access token of this program, by Client Credentials (RFC 6749, section 4.4): kept until shortly before
 * it expires, and fetched once, however many wait for it.
 */
export class AccessToken {
  readonly #settings: TokenSettings
  readonly #signal: AbortSignal | undefined
  #current: Promise<IssuedToken> | undefined
  #usableUntilMs = 0

  /** @param signal gives up what is under way: asking for a token changes nothing */
  constructor(settings: TokenSettings, signal?: AbortSignal) {
    this.#settings = settings
    this.#signal = signal
  }

  /**
   * @throws {Refused} the settings are wrong
   * @throws {Outage} the issuer is; the next call asks again
   */
  get(): Promise<IssuedToken> {
    if (this.#current === undefined || performance.now() >= this.#usableUntilMs) this.#renew()
    return this.#current!
  }

  /** Lets go of a token that was refused; if another has taken its place already, that one stays. */
  async discard(refused: IssuedToken): Promise<void> {
    // One that failed is told to those who asked for it, and is no token that could be let go of.
    const current = await this.#current?.catch(() => undefined)
    if (current === refused) this.#current = undefined
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

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.number().positive(),
  scope: z.string().optional(),
})

async function fetchToken(settings: TokenSettings, signal: AbortSignal | undefined): Promise<IssuedToken> {
  const issuer: Peer = { name: 'The token issuer', setting: settings.tokenUrlSetting }
  const { tokenUrl, audience, clientId, clientSecret, requestTimeoutSeconds } = settings
  const answer = await request(issuer, tokenUrl, {
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
  if (answer.status !== 200) throw refusal(answer, settings)
  const {
    access_token: value,
    scope,
    expires_in: lifeSeconds,
  } = demand(tokenAnswer, answer.body, "The token issuer's answer")
  return { value, scope, lifeSeconds }
}

/** Auth0 says 401 to a wrong client or secret, and 403 to an unknown audience, a missing grant or grant type. */
function refusal(
  { status, body }: Answer,
  { clientId, audience, tokenUrl, tokenUrlSetting }: TokenSettings,
): Error {
  const words = z.object({ error: z.string(), error_description: z.string().optional() }).safeParse(body).data
  const said =
    words === undefined ? `${status}` : `${status} ${words.error}: ${words.error_description ?? ''}`
  const advice: Record<number, string> = {
    401: `check AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET`,
    403: `authorize the client "${clientId}" for the API "${audience}" (AUTH0_AUDIENCE), with the grant type Client Credentials`,
    404: `nothing is at ${tokenUrl}; check ${tokenUrlSetting}`,
  }
  return new Refused(
    `The token issuer gives no token (${said}): ${advice[status] ?? 'check the AUTH0_ settings'}`,
  )
}
