/** Owns `headgate revoke`: every account that a filter chooses, ended here and at its provider, with a receipt for each. */
import { parseArgs } from 'node:util'
import { projectEnvironmentOfRow, type ProjectEnvironment } from '../access/project-environment.ts'
import { revokeAccounts } from '../accounts/answer-revoke-accounts.ts'
import type { App } from '../app.ts'
import type { EnvironmentName } from '../db/tables.ts'
import { NotFound } from '../platform/errors.ts'
import type { RevocationShape, RevokeAccountsAnswer, RevokeAccountsBody } from '../revocations/contract.ts'
import { listRevocations, summarizeBatch } from '../revocations/read-revocations.ts'
import { runRevocations } from '../revocations/run-revocations.ts'
import { printable } from './printable.ts'
import { requireProject } from './require-project.ts'
import { UsageError } from './usage-error.ts'
import { withApp } from './with-app.ts'

export const help = `Usage:
  headgate revoke --project proj_… [--environment NAME] FILTER… (--yes | --dry-run) [--delete-accounts] [--json]
Filters, which narrow each other: --app SLUG, --user EXTERNAL_USER_ID, --oauth-app oa_…, --connected-after TIME,
--connected-before TIME; or --all. The environment is production unless named. The accounts stay, dead, under their
ids; --delete-accounts takes them away. What the providers do not answer at once is gone on with by the server.`

const options = {
  project: { type: 'string' },
  environment: { type: 'string', default: 'production' },
  app: { type: 'string' },
  user: { type: 'string' },
  'oauth-app': { type: 'string' },
  'connected-after': { type: 'string' },
  'connected-before': { type: 'string' },
  all: { type: 'boolean' },
  'delete-accounts': { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  yes: { type: 'boolean' },
  json: { type: 'boolean' },
} as const

const FILTERS = ['app', 'user', 'oauth-app', 'connected-after', 'connected-before'] as const

const operator = { kind: 'operator', id: null }

export async function revoke(args: string[]): Promise<void> {
  const values = read(args)
  const body: RevokeAccountsBody = {
    ...(values.app === undefined ? {} : { app: values.app }),
    ...(values.user === undefined ? {} : { external_user_id: values.user }),
    ...(values['oauth-app'] === undefined ? {} : { oauth_app_id: values['oauth-app'] }),
    ...(values['connected-after'] === undefined ? {} : { connected_after: values['connected-after'] }),
    ...(values['connected-before'] === undefined ? {} : { connected_before: values['connected-before'] }),
    all: values.all ?? false,
    delete_accounts: values['delete-accounts'] ?? false,
    dry_run: values['dry-run'] ?? false,
  }
  await withApp(async (app, workspaceId) => {
    const projectId = await requireProject(app, workspaceId, values.project)
    const env = projectEnvironmentOfRow(workspaceId, {
      project_id: projectId,
      environment: values.environment as EnvironmentName,
    })
    const answer = await revokeAccounts(app, env, body, operator, Infinity).catch((cause: unknown) => {
      throw cause instanceof NotFound ? new UsageError(`there is no user ${values.user}`, { cause }) : cause
    })
    if (answer.batch_id === null) {
      print(values.json ?? false, answer, [])
      return
    }
    await runRevocations(app)
    const { counts, cannotBeRevoked } = await summarizeBatch(app, env, answer.batch_id)
    const receipts = await allReceipts(app, env, answer.batch_id)
    print(values.json ?? false, { ...answer, counts, cannot_be_revoked: cannotBeRevoked }, receipts)
  })
}

async function allReceipts(app: App, env: ProjectEnvironment, batchId: string): Promise<RevocationShape[]> {
  const receipts: RevocationShape[] = []
  for (let after: string | null | undefined; after !== null;) {
    const page = await listRevocations(app, env, {
      batch_id: batchId,
      limit: '100',
      ...(after === undefined ? {} : { after }),
    })
    receipts.push(...page.data)
    after = page.page_info.end_cursor
  }
  return receipts
}

function print(asJson: boolean, answer: RevokeAccountsAnswer, receipts: RevocationShape[]): void {
  if (asJson) {
    console.log(JSON.stringify({ ...answer, revocations: receipts }))
    return
  }
  const isDryRun = answer.batch_id === null
  if (receipts.length > 0) {
    const table = receipts.map((one) => [
      one.account_id,
      one.external_id,
      one.app,
      one.status,
      String(one.attempts),
      one.reason ?? '',
    ])
    for (const line of [['ACCOUNT', 'USER', 'APP', 'STATUS', 'TRIES', 'REASON'], ...table])
      console.log(
        line
          .map((cell, at) => printable(cell).padEnd(WIDTHS[at]!))
          .join('  ')
          .trimEnd(),
      )
    console.log('')
  }
  const counts = Object.entries(answer.counts).map(([status, count]) => `${status} ${count}`)
  console.log(
    `${answer.accounts} accounts${isDryRun ? ' would be revoked' : ''}${counts.length > 0 ? `: ${counts.join(', ')}` : ''}`,
  )
  for (const { app, accounts, status, reason } of answer.cannot_be_revoked)
    console.log(printable(`not revoked at the provider: ${app}, ${accounts} (${status}): ${reason ?? ''}`))
}

const WIDTHS = [20, 24, 20, 13, 5, 0]

function read(args: string[]) {
  let values
  try {
    ;({ values } = parseArgs({ args, options }))
  } catch (cause) {
    throw new UsageError(`${(cause as Error).message}\n${help}`, { cause })
  }
  const { project, environment } = values
  const wrong = (what: string) => new UsageError(`${what}\n${help}`)
  if (project === undefined) throw wrong('--project is missing')
  if (!['development', 'production'].includes(environment))
    throw wrong('--environment must be development or production')
  if (!values.all && FILTERS.every((name) => values[name] === undefined))
    throw wrong('name at least one filter, or say --all')
  if (!values.yes && !values['dry-run'])
    throw wrong('say --yes to revoke, or --dry-run to see what it would do')
  return { ...values, project }
}
