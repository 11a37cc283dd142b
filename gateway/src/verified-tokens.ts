import { hash } from 'node:crypto'
import type { Identity } from '@timesheets/runtime/identity'
import type { AuthResult } from 'express-oauth2-jwt-bearer'
import type { JSONWebKeySet } from 'jose'

/** What a verified token says. */
export interface VerifiedToken {
  readonly auth: AuthResult
  readonly identity: Identity
}

const maxTokens = 2000
const maxLifeMs = 60_000

/**
 * Remembers tokens that were verified, by their SHA-256, for at most a minute and never past their `exp`. It belongs to one
 * key set: when the issuer's keys change, all entries go. Refused tokens and sender-bound ones are not remembered.
 */
export class VerifiedTokens {
  readonly #tokens = new Map<string, { readonly expiresAt: number; readonly token: VerifiedToken }>()
  #keySet: JSONWebKeySet | undefined

  /**
   * @param tokenHash see `hashToken`
   * @param keySet the issuer's keys, if they can be used now
   */
  get(tokenHash: string, keySet: JSONWebKeySet | undefined): VerifiedToken | undefined {
    if (keySet === undefined) return undefined
    this.#belongTo(keySet)
    const entry = this.#tokens.get(tokenHash)
    if (entry === undefined) return undefined
    if (entry.expiresAt > Date.now()) return entry.token
    this.#tokens.delete(tokenHash)
    return undefined
  }

  /** @param keySet the keys that verified the token */
  add(tokenHash: string, keySet: JSONWebKeySet, verified: VerifiedToken): void {
    const now = Date.now()
    const expiresAt = Math.min(now + maxLifeMs, Number(verified.auth.payload.exp) * 1000)
    if (expiresAt <= now || verified.auth.payload.cnf !== undefined) return
    // A slow verification may end after the keys changed.
    if (keySet !== this.#keySet) return
    if (this.#tokens.size >= maxTokens) this.#tokens.delete(this.#tokens.keys().next().value!)
    this.#tokens.set(tokenHash, { expiresAt, token: verified })
  }

  #belongTo(keySet: JSONWebKeySet): void {
    if (keySet === this.#keySet) return
    this.#tokens.clear()
    this.#keySet = keySet
  }
}

/** Names a token without keeping it in memory. */
export const hashToken = (token: string): string => hash('sha256', token, 'base64')
