/** Owns answering a request to revoke many accounts: what is chosen, what was begun, and what cannot be revoked from here. */
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { App } from '../app.ts'
import { findExternalUserByExternalId } from '../external-users/find-external-user.ts'
import { findOAuthApp } from '../oauth-apps/find-oauth-app.ts'
import { BadRequest, NotFound } from '../platform/errors.ts'
import type { CannotBeRevoked, RevokeAccountsAnswer, RevokeAccountsBody } from '../revocations/contract.ts'
import { listRevocations, summarizeBatch } from '../revocations/read-revocations.ts'
import { type Batch, openBatch } from '../revocations/revocation-batch.ts'
import { unrevocable } from '../revocations/unrevocable.ts'
import { type RevokeCapabilities, revokeNext } from './revoke-accounts.ts'
import { countAccountsToRevoke, type RevokeFilters } from './revoking/store.ts'

/** Milliseconds that a request works for; a batch that takes longer goes on in the loop. */
const PATIENCE_MS = 5_000
const MOST_RECEIPTS = 100

/**
 * Done when it answers, except that a large batch goes on by itself and that the providers' answers are still to come: both show in the
 * receipts. `patienceMs` is for a command, which waits for the end.
 * @throws BadRequest when nothing is chosen, or a moment is none, or an app or OAuth app is unknown; NotFound for an unknown user
 */
export async function revokeAccounts(
  app: RevokeCapabilities,
  env: ProjectEnvironment,
  body: RevokeAccountsBody,
  actor: { kind: string; id: string | null },
  patienceMs: number = PATIENCE_MS,
): Promise<RevokeAccountsAnswer> {
  const filters = await readFilters(app, env, body)
  if (body.dry_run === true) return dryRun(app, env, filters)
  const accountsAre = body.delete_accounts === true ? 'deleted' : 'kept'
  let batch: Batch = await openBatch(app, env, { filters, accountsAre }, actor)
  for (
    const until = performance.now() + patienceMs;
    batch.finished_at === null && performance.now() < until;
  ) {
    const next = await revokeNext(app, batch)
    if (!next) break
    batch = next
  }
  return answerOf(app, env, batch)
}

async function readFilters(
  app: RevokeCapabilities,
  env: ProjectEnvironment,
  body: RevokeAccountsBody,
): Promise<RevokeFilters> {
  const { app: appId, external_user_id, oauth_app_id, connected_after, connected_before, all } = body
  const given = [appId, external_user_id, oauth_app_id, connected_after, connected_before]
  if (all !== true && given.every((filter) => filter === undefined)) {
    throw new BadRequest('Name at least one filter, or say all: true', { code: 'nothing_chosen' })
  }
  const user =
    external_user_id === undefined
      ? undefined
      : await findExternalUserByExternalId(app, env, external_user_id)
  if (external_user_id !== undefined && !user) throw new NotFound()
  const hasNone = async (filter: RevokeFilters) =>
    (await countAccountsToRevoke(app.db.read, env, filter)).length === 0
  const found = appId === undefined ? undefined : app.catalog.current.find(appId)
  // A name misspelt in a hurry: to revoke nothing must not look like success.
  if (appId !== undefined && !found && (await hasNone({ appSlug: appId })))
    throw new BadRequest('app names no app, and no account is left of one that was called so', {
      code: 'unknown_app',
    })
  if (
    oauth_app_id !== undefined &&
    (await hasNone({ oauthAppId: oauth_app_id })) &&
    !(await findOAuthApp(app, env, oauth_app_id))
  )
    throw new BadRequest('oauth_app_id names no OAuth app of this project, and no account is left of one', {
      code: 'unknown_oauth_app',
    })
  return {
    ...(user === undefined ? {} : { externalUserId: user.id }),
    // An app that left the catalogue is still found by the slug that it had.
    ...(appId === undefined ? {} : { appSlug: found?.name_slug ?? appId }),
    ...(oauth_app_id === undefined ? {} : { oauthAppId: oauth_app_id }),
    ...(connected_after === undefined ? {} : { connectedAfter: moment('connected_after', connected_after) }),
    ...(connected_before === undefined
      ? {}
      : { connectedBefore: moment('connected_before', connected_before) }),
  }
}

function moment(name: string, text: string): number {
  const milliseconds = Date.parse(text)
  if (Number.isNaN(milliseconds))
    throw new BadRequest(`${name} must be a time such as 2026-11-22T12:00:00Z`, { code: 'invalid_parameter' })
  return milliseconds
}

async function answerOf(
  app: Pick<App, 'db' | 'config'>,
  env: ProjectEnvironment,
  batch: Batch,
): Promise<RevokeAccountsAnswer> {
  const { receipts, counts, cannotBeRevoked } = await summarizeBatch(app, env, batch.id)
  const few = receipts <= MOST_RECEIPTS
  const list = few
    ? await listRevocations(app, env, { batch_id: batch.id, limit: String(MOST_RECEIPTS) })
    : { data: [] }
  return {
    batch_id: batch.id,
    complete: batch.finished_at !== null,
    accounts: batch.accounts,
    counts,
    cannot_be_revoked: cannotBeRevoked,
    revocations: list.data,
    revocations_url: `${app.config.publicUrl}/v1/connect/${env.projectId}/revocations?batch_id=${batch.id}`,
  }
}

async function dryRun(
  app: Pick<App, 'db' | 'catalog'>,
  env: ProjectEnvironment,
  filters: RevokeFilters,
): Promise<RevokeAccountsAnswer> {
  const cannotBeRevoked: CannotBeRevoked[] = []
  const counts: Record<string, number> = {}
  let total = 0
  for (const { app_slug: slug, kind, accounts } of await countAccountsToRevoke(app.db.read, env, filters)) {
    const reason = unrevocable(app, slug, kind)
    const status = reason === undefined ? 'pending' : 'not_supported'
    total += accounts
    counts[status] = (counts[status] ?? 0) + accounts
    if (reason !== undefined) cannotBeRevoked.push({ app: slug, accounts, status: 'not_supported', reason })
  }
  return {
    batch_id: null,
    complete: true,
    accounts: total,
    counts,
    cannot_be_revoked: cannotBeRevoked,
    revocations: [],
    revocations_url: null,
  }
}
