/** Owns what must be true of the database whatever was asked of the server; worked out from the rows, not by the server's own code. */
import assert from 'node:assert/strict'
import { projectEnvironmentOfRow } from '../../src/access/project-environment.ts'
import { openCredentialsText } from '../../src/accounts/credentials-seal.ts'
import type { App } from '../../src/app.ts'
import type { Tables } from '../../src/db/tables.ts'

export async function assertInvariants(app: App): Promise<void> {
  const all = <Name extends keyof Tables>(name: Name) =>
    app.db.read
      .selectFrom(name as 'accounts')
      .selectAll()
      .execute() as unknown as Promise<Tables[Name][]>
  const [accounts, credentials, users, tokens, oauthApps, appOverrides, defaults, counters, projects] =
    await Promise.all([
      all('accounts'),
      all('credentials'),
      all('external_users'),
      all('connect_tokens'),
      all('oauth_apps'),
      all('app_overrides'),
      all('default_oauth_apps'),
      all('counters'),
      all('projects'),
    ])

  // Kept totals are the real ones.
  const real = new Map<string, number>()
  const count = (...key: (string | null)[]) =>
    real.set(JSON.stringify(key), (real.get(JSON.stringify(key)) ?? 0) + 1)
  for (const { project_id, environment, external_user_id, app_slug, oauth_app_id } of accounts)
    for (const user of [null, external_user_id])
      for (const slug of [null, app_slug])
        for (const oauthApp of oauth_app_id === null ? [null] : [null, oauth_app_id])
          count('accounts', project_id, environment, user, slug, oauthApp)
  for (const { project_id, environment } of users) count('external_users', project_id, environment)
  for (const { project_id, app_slug } of oauthApps)
    for (const slug of [null, app_slug]) count('oauth_apps', project_id, slug)
  for (const { project_id, app_slug } of appOverrides)
    for (const slug of [null, app_slug]) count('app_overrides', project_id, slug)
  const kept = counters.filter(({ key, value }) => value !== 0 && !key.startsWith('["sandbox"'))
  assert.deepEqual(Object.fromEntries(kept.map(({ key, value }) => [key, value])), Object.fromEntries(real))

  // Everything belongs to something of the same project and environment.
  const userById = new Map(users.map((user) => [user.id, user]))
  for (const row of [...accounts, ...tokens]) {
    const user = userById.get(row.external_user_id)
    assert.ok(user, 'a row of a user who is not there')
    const place = ({ project_id, environment, external_id }: typeof row | typeof user) => [
      project_id,
      environment,
      external_id,
    ]
    assert.deepEqual(place(row), place(user))
  }
  for (const { consumed_at, consumed_by, account_id } of tokens)
    assert.ok(
      [consumed_at, consumed_by, account_id].every((value) => (value === null) === (consumed_at === null)),
    )
  const oauthAppById = new Map(oauthApps.map((one) => [one.id, one]))
  for (const { project_id, app_slug, oauth_app_id } of defaults) {
    const oauthApp = oauthAppById.get(oauth_app_id)
    assert.deepEqual([oauthApp?.project_id, oauthApp?.app_slug], [project_id, app_slug])
  }
  for (const { oauth_app_id } of accounts)
    if (oauth_app_id !== null) assert.ok(oauthAppById.has(oauth_app_id))

  // One set of credentials each, and it opens.
  assert.deepEqual(
    credentials.map((one) => one.account_id).toSorted(),
    accounts.map((one) => one.id).toSorted(),
  )
  const workspaceOf = new Map(projects.map((project) => [project.id, project.workspace_id]))
  for (const account of accounts) {
    const env = projectEnvironmentOfRow(workspaceOf.get(account.project_id)!, account)
    const sealed = credentials.find((one) => one.account_id === account.id)!
    const values = JSON.parse(openCredentialsText(app.vault, env, { ...sealed, ...account })) as object
    assert.ok(Object.values(values).every((value) => typeof value === 'string'))
  }
}
