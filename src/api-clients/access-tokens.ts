/**
 * Owns access tokens as they live in one process: signing, verifying, and what is remembered about both. A verified token is remembered by
 * digest; the client it belongs to, the keys and the denials are never older than half a second, so a denial reaches every process
 * within one (decisions 3.1).
 */
import type { ApiClientCaller } from '../access/caller.ts'
import type { App } from '../app.ts'
import { type JwtClaims, signJwt, verifyJwt } from '../platform/crypto/jwt.ts'
import { digest, randomBytesPooled } from '../platform/crypto/secrets.ts'
import { FreshMap } from '../platform/fresh.ts'
import {
  ACCESS_TOKEN_TTL_SECONDS,
  ACCESS_TOKEN_TYPE,
  CLOCK_LEEWAY_MS,
  signingKeyLoader,
  type SigningKeys,
} from './signing-keys.ts'
import { type ApiClient, findApiClient, listDenials } from './store.ts'

/** RFC 9068 section 2.2, and `gen`: the client's token generation when it was issued. */
export interface AccessTokenClaims {
  iss: string
  aud: string
  sub: string
  client_id: string
  iat: number
  nbf: number
  exp: number
  jti: string
  scope: string
  gen: number
}

export interface VerifiedToken {
  claims: AccessTokenClaims
  client: ApiClient
}

interface Remembered {
  claims: AccessTokenClaims
  keyId: string
  scopes: string[]
}

const MAX_AGE_MS = 500
const MAX_REMEMBERED = 20_000
const MAX_CLIENTS = 10_000
/** Issued back-dated by this much, as the original does, for verifiers whose clock is behind. */
const NOT_BEFORE_LEEWAY_SECONDS = 5

export class AccessTokens {
  readonly #app: Pick<App, 'db' | 'clock' | 'config'>
  readonly #keys: FreshMap<'keys', SigningKeys>
  readonly #denials: FreshMap<'denials', ReadonlySet<string>>
  readonly #clients: FreshMap<string, ApiClient | undefined>
  readonly #remembered = new Map<string, Remembered>()

  constructor(app: Pick<App, 'db' | 'vault' | 'clock' | 'config'>) {
    this.#app = app
    this.#keys = new FreshMap(MAX_AGE_MS, 1, signingKeyLoader(app))
    this.#denials = new FreshMap(
      MAX_AGE_MS,
      1,
      async () => new Set(await listDenials(app.db.read, app.clock.now())),
    )
    this.#clients = new FreshMap(MAX_AGE_MS, MAX_CLIENTS, (id) => findApiClient(app.db.read, id))
  }

  get issuer(): string {
    return this.#app.config.publicUrl
  }

  /** The client as every process sees it, at most half a second old. */
  findClient(id: string): ApiClient | undefined | Promise<ApiClient | undefined> {
    return this.#clients.get(id)
  }

  /** What this process changed itself is seen by it at once. */
  forget(clientId: string): void {
    this.#clients.invalidate(clientId)
    this.#denials.invalidate('denials')
    this.#keys.invalidate('keys')
  }

  async publishedKeys(): Promise<SigningKeys['published']> {
    return (await this.#keys.get('keys')).published
  }

  async issue(
    client: ApiClient,
    scopes: readonly string[],
  ): Promise<{ token: string; claims: AccessTokenClaims }> {
    const { signer } = await this.#keys.get('keys')
    const iat = Math.floor(this.#app.clock.now() / 1000)
    const claims: AccessTokenClaims = {
      iss: this.issuer,
      aud: this.issuer,
      sub: client.id,
      client_id: client.id,
      iat,
      nbf: iat - NOT_BEFORE_LEEWAY_SECONDS,
      exp: iat + ACCESS_TOKEN_TTL_SECONDS,
      jti: randomBytesPooled(16).toString('base64url'),
      scope: scopes.join(' '),
      gen: client.token_generation,
    }
    const token = signJwt(signer, { ...claims })
    this.#remember(digest(token), { claims, keyId: signer.keyId, scopes: [...scopes] })
    return { token, claims }
  }

  /** The token's claims and its client while both are good; undefined for everything else, without saying why. */
  async verify(token: string): Promise<VerifiedToken | undefined> {
    const found = await this.#check(token)
    return found && { claims: found.token.claims, client: found.client }
  }

  /** The caller behind a bearer token, or undefined. */
  async callerOf(token: string): Promise<ApiClientCaller | undefined> {
    const found = await this.#check(token)
    if (!found) return undefined
    const { client } = found
    return {
      kind: 'api_client',
      workspaceId: client.workspace_id,
      clientId: client.id,
      scopes: found.token.scopes,
      ceiling: client.scopes,
      projectIds: client.projectIds,
      environments: client.environments,
      mayReadCredentials: client.credentials_denied_at === null,
    }
  }

  async #check(token: string): Promise<{ token: Remembered; client: ApiClient } | undefined> {
    const { verifiers } = await this.#keys.get('keys')
    const key = digest(token)
    const known = this.#remembered.get(key) ?? this.#verify(token, key, verifiers)
    if (!known) return undefined
    const { claims, keyId } = known
    const now = this.#app.clock.now()
    if (now >= claims.exp * 1000 + CLOCK_LEEWAY_MS) {
      this.#remembered.delete(key)
      return undefined
    }
    if (now < claims.nbf * 1000 - CLOCK_LEEWAY_MS || !verifiers.has(keyId)) return undefined
    if ((await this.#denials.get('denials')).has(claims.jti)) return undefined
    const client = await this.#clients.get(claims.client_id)
    return client && isUsable(client, now) && client.token_generation === claims.gen
      ? { token: known, client }
      : undefined
  }

  #verify(token: string, key: string, verifiers: SigningKeys['verifiers']): Remembered | undefined {
    const verified = verifyJwt(token, ACCESS_TOKEN_TYPE, verifiers)
    const claims = verified && readClaims(verified, this.issuer)
    if (!claims) return undefined
    // The header has just been verified, so its key id is ours.
    const header = JSON.parse(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString()) as {
      kid: string
    }
    const remembered = { claims, keyId: header.kid, scopes: claims.scope.split(' ') }
    this.#remember(key, remembered)
    return remembered
  }

  #remember(key: string, remembered: Remembered): void {
    this.#remembered.set(key, remembered)
    if (this.#remembered.size > MAX_REMEMBERED) {
      const oldest = this.#remembered.keys().next()
      if (!oldest.done) this.#remembered.delete(oldest.value)
    }
  }
}

/** A client that may act now: neither disabled nor past its expiry. */
export const isUsable = (client: ApiClient, now: number): boolean =>
  client.disabled_at === null && (client.expires_at === null || client.expires_at > now)

function readClaims(claims: JwtClaims, issuer: string): AccessTokenClaims | undefined {
  const texts = ['sub', 'client_id', 'jti', 'scope'].every((name) => typeof claims[name] === 'string')
  const numbers = ['iat', 'nbf', 'exp', 'gen'].every((name) => Number.isFinite(claims[name]))
  if (!texts || !numbers || claims['iss'] !== issuer || claims['aud'] !== issuer) return undefined
  return claims as unknown as AccessTokenClaims
}
