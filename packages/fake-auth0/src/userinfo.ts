import type { RequestHandler } from 'express'
import { createLocalJWKSet, type JWK, jwtVerify } from 'jose'
import { oidcScopes, profileOf, userinfoAudience, words } from './claims.ts'
import type { Keys } from './keys.ts'
import { isLoopback } from './loopback.ts'
import { personById, type Registry } from './registry.ts'

const claimsOf: Readonly<Record<string, readonly string[]>> = {
  openid: ['sub'],
  profile: ['name', 'nickname'],
  email: ['email', 'email_verified'],
}

/**
 * `/userinfo` for tokens that are JWTs: Auth0 takes an API's token there when it was issued with `openid`, while
 * oidc-provider answers only for its opaque tokens, which go on to it.
 */
export function userinfo(keys: Keys, registry: Registry, issuer: string): RequestHandler {
  return async (req, res, next) => {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(req.headers.authorization ?? '')?.[1]
    if (token === undefined || req.method === 'OPTIONS') {
      next()
      return
    }
    if (isLoopback(req.headers.origin ?? '')) res.set('access-control-allow-origin', req.headers.origin)
    res.set({ 'cache-control': 'no-store', vary: 'origin' })

    const claims = await verified(token).catch(() => undefined)
    const person = personById(registry, claims?.sub)
    if (claims === undefined || person === undefined) {
      res.status(401).set('www-authenticate', 'Bearer error="invalid_token"').send('Unauthorized')
      return
    }
    const granted = words(claims.scope).filter((scope) => oidcScopes.includes(scope))
    const names = granted.flatMap((scope) => claimsOf[scope] ?? [])
    res.json(Object.fromEntries(Object.entries(profileOf(person)).filter(([name]) => names.includes(name))))
  }

  async function verified(token: string) {
    const publicKeys: JWK[] = keys.all.map(({ kty, kid, alg, n, e }) => ({ kty, kid, alg, n, e }) as JWK)
    const { payload } = await jwtVerify(token, createLocalJWKSet({ keys: publicKeys }), {
      issuer,
      audience: userinfoAudience(issuer),
      algorithms: ['RS256'],
    })
    return payload
  }
}
