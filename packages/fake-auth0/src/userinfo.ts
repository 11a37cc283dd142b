import type { RequestHandler } from 'express'
import { createLocalJWKSet, type JWK, jwtVerify } from 'jose'
import { buildProfile, oidcScopes, splitScope, userinfoAudience } from './claims.ts'
import type { Keys } from './keys.ts'
import { isLoopbackUrl } from './loopback-url.ts'
import { findPerson, type Registry } from './registry.ts'

const claimsByScope: Readonly<Record<string, readonly string[]>> = {
  openid: ['sub'],
  profile: ['name', 'nickname'],
  email: ['email', 'email_verified'],
}

/**
 * Handles `/userinfo` for JWTs: Auth0 accepts an API's token there when it was issued with `openid`. oidc-provider
 * accepts only opaque tokens, so those are passed on to it.
 */
export function userinfo(keys: Keys, registry: Registry, issuer: string): RequestHandler {
  return async (req, res, next) => {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(req.headers.authorization ?? '')?.[1]
    if (token === undefined || req.method === 'OPTIONS') {
      next()
      return
    }
    if (isLoopbackUrl(req.headers.origin ?? '')) res.set('access-control-allow-origin', req.headers.origin)
    res.set({ 'cache-control': 'no-store', vary: 'origin' })

    const claims = await verify(token).catch(() => undefined)
    const person = findPerson(registry, claims?.sub)
    if (claims === undefined || person === undefined) {
      res.status(401).set('www-authenticate', 'Bearer error="invalid_token"').send('Unauthorized')
      return
    }
    const granted = splitScope(claims.scope).filter((scope) => oidcScopes.includes(scope))
    const names = granted.flatMap((scope) => claimsByScope[scope] ?? [])
    res.json(
      Object.fromEntries(Object.entries(buildProfile(person)).filter(([name]) => names.includes(name))),
    )
  }

  async function verify(token: string) {
    const publicKeys: JWK[] = keys.all.map(({ kty, kid, alg, n, e }) => ({ kty, kid, alg, n, e }) as JWK)
    const { payload } = await jwtVerify(token, createLocalJWKSet({ keys: publicKeys }), {
      issuer,
      audience: userinfoAudience(issuer),
      algorithms: ['RS256'],
    })
    return payload
  }
}
