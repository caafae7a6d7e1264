/** Owns carrying revocations out: due ones are claimed by lease, called, and their outcome is recorded with the secret wiped. */
import { setTimeout as delay } from 'node:timers/promises'
import { projectEnvironmentOfRow, type ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { record } from '../audit/record.ts'
import { findOAuthApp } from '../oauth-apps/find-oauth-app.ts'
import { upstreamClient } from '../oauth-apps/upstream-client.ts'
import { openClientSecret } from '../oauth-apps/secret-seal.ts'
import { KeyNotHeld } from '../platform/crypto/vault.ts'
import { revokeTokens } from '../upstream/revoke-token.ts'
import { misconfigured, TokenRequestFailed } from '../upstream/token-request-failed.ts'
import type { UpstreamClient } from '../upstream/upstream-context.ts'
import { openRevocation } from './revocation-seal.ts'
import { nextAttemptAt } from './revocation-retry.ts'
import { claimDueRevocations, type RevocationRow, updatePendingRevocation } from './store.ts'

type Capabilities = Pick<App, 'db' | 'vault' | 'clock' | 'log' | 'egress' | 'catalog'>

/** Calls at a time, and those at one app: a provider that hangs leaves room for the others. */
const AT_ONCE = 16
const AT_ONCE_PER_APP = 10
/** Longer than the three calls that one revocation may make. */
const LEASE_MS = 120_000
const LOOK_AGAIN_MS = 1_000

/** Until none is due. Safe in several processes, and after one was killed: its lease ends, and to revoke again does no harm. */
export async function runRevocations(
  app: Capabilities,
  isStopping: () => boolean = () => false,
): Promise<void> {
  const underWay = new Set<Promise<void>>()
  const calls = new Map<string, number>()
  let failure: Error | undefined
  const fail = (error: Error) => void (failure ??= error)

  /** No more than may start now, so that no lease ends while its row waits. */
  async function claim(): Promise<RevocationRow[]> {
    const now = app.clock.now()
    const busy = [...calls].filter(([, count]) => count >= AT_ONCE_PER_APP).map(([slug]) => slug)
    const others = [...calls.values()].filter((count) => count < AT_ONCE_PER_APP)
    const limit = Math.min(AT_ONCE - underWay.size, AT_ONCE_PER_APP - Math.max(0, ...others))
    if (limit === 0 || isStopping() || failure !== undefined) return []
    return app.db.write((tx) => claimDueRevocations(tx, now, now + LEASE_MS, limit, busy))
  }
  function start(row: RevocationRow): void {
    const { app_slug: slug } = row
    calls.set(slug, (calls.get(slug) ?? 0) + 1)
    const work = carryOut(app, row)
      .catch(fail)
      .finally(() => {
        calls.set(slug, calls.get(slug)! - 1)
        underWay.delete(work)
      })
    underWay.add(work)
  }

  for (;;) {
    const rows = (await claim().catch(fail)) ?? []
    for (const row of rows) start(row)
    if (underWay.size === 0) break
    if (rows.length === 0) await Promise.race([...underWay, delay(LOOK_AGAIN_MS, undefined, { ref: false })])
  }
  if (failure !== undefined) throw failure
}

type Outcome = Pick<RevocationRow, 'status' | 'reason'>

async function carryOut(app: Capabilities, row: RevocationRow): Promise<void> {
  const env = projectEnvironmentOfRow(row.workspace_id, row)
  try {
    await finish(app, row, await callProvider(app, env, row))
  } catch (error) {
    await afterFailure(app, row, error)
  }
}

async function callProvider(
  app: Capabilities,
  env: ProjectEnvironment,
  row: RevocationRow,
): Promise<Outcome> {
  if (row.sealed === null) throw new Error(`the revocation ${row.id} is pending without credentials`)
  const values = openRevocation(app, env, row.id, row.sealed)
  const definition = app.catalog.current.find(row.app_slug)
  if (!definition) throw misconfigured('unknown_app', `The catalogue no longer has ${row.app_slug}`)
  const client = await clientFor(app, env, row, values)
  const { oauth_access_token: accessToken, oauth_refresh_token: refreshToken } = values
  const { outcome } = await revokeTokens(app, definition, {
    customFields: values,
    stored: values,
    ...(client === undefined ? {} : { client }),
    ...(accessToken === undefined ? {} : { accessToken }),
    ...(refreshToken === undefined ? {} : { refreshToken }),
  })
  switch (outcome) {
    case 'revoked':
      return { status: 'revoked', reason: null }
    case 'already_gone':
      return { status: 'revoked', reason: 'already_gone: The provider no longer knew it' }
    case 'not_supported':
      return {
        status: 'not_supported',
        reason: 'no_endpoint: The app no longer offers a call that ends a grant',
      }
  }
}

/** As it is now, because its secret may have been rotated; else as it was when it was deleted. */
async function clientFor(
  app: Capabilities,
  env: ProjectEnvironment,
  row: RevocationRow,
  { oauth_client_id: id, oauth_client_secret: ownSecret }: Readonly<Record<string, string>>,
): Promise<UpstreamClient | undefined> {
  // One that the person brought is kept with the account, and empty where it has no secret.
  if (row.oauth_app_id === null)
    return id === undefined || ownSecret === undefined
      ? undefined
      : { id, ...(ownSecret === '' ? {} : { secret: ownSecret }) }
  const live = await findOAuthApp(app, env, row.oauth_app_id)
  if (live) return upstreamClient(live)
  if (row.client_id === null || row.client_secret === null) throw new OAuthAppGone()
  const secret = openClientSecret(app, env, row.oauth_app_id, row.client_secret)
  return { id: row.client_id, secret: secret.reveal() }
}

class OAuthAppGone extends Error {
  override readonly name = 'OAuthAppGone'
}

async function finish(app: Capabilities, row: RevocationRow, outcome: Outcome): Promise<void> {
  const now = app.clock.now()
  await app.db.write(async (tx) => {
    const written = await updatePendingRevocation(tx, row.id, {
      ...outcome,
      sealed: null,
      client_id: null,
      client_secret: null,
      next_attempt_at: null,
      lease_until: null,
      finished_at: now,
    })
    if (!written) return
    await record(tx, {
      at: now,
      workspaceId: row.workspace_id,
      projectId: row.project_id,
      actor: { kind: 'server', id: null },
      action: 'revocation.finish',
      target: row.id,
      result: outcome.status === 'revoked' ? 'done' : 'refused',
      details: { account: row.account_id, app: row.app_slug, status: outcome.status },
    })
  })
}

async function afterFailure(app: Capabilities, row: RevocationRow, error: unknown): Promise<void> {
  const failure = verdictOn(error)
  if (failure.ours)
    app.log.error({ err: error, revocation: row.id }, 'a revocation failed for a reason of our own')
  const now = app.clock.now()
  const next = failure.final ? undefined : nextAttemptAt(row, failure.retryAfterSeconds, now, Math.random())
  if (next === undefined) {
    await finish(app, row, { status: 'failed', reason: failure.reason })
    return
  }
  await app.db.write((tx) =>
    updatePendingRevocation(tx, row.id, { reason: failure.reason, next_attempt_at: next, lease_until: null }),
  )
}

interface Verdict {
  reason: string
  /** Nothing that time or a person changes. */
  final: boolean
  ours?: boolean
  retryAfterSeconds?: number | undefined
}

function verdictOn(error: unknown): Verdict {
  // A client that is refused may be given its new secret within the day.
  if (error instanceof TokenRequestFailed) {
    const { kind, code, message, retryAfterSeconds } = error
    return { reason: `${code}: ${message}`, final: kind === 'permanent', retryAfterSeconds }
  }
  if (error instanceof OAuthAppGone)
    return { reason: 'oauth_app_missing: The OAuth app of this account no longer exists', final: true }
  if (error instanceof KeyNotHeld)
    return { reason: 'vault_key_missing: This server does not have the key of the credentials', final: false }
  return { reason: 'internal: The revocation could not be carried out', final: false, ours: true }
}
