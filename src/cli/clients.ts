/** Owns `headgate clients`: the API clients of the workspace. A running server obeys a change within a second. */
import { parseArgs } from 'node:util'
import { createApiClient } from '../api-clients/create-api-client.ts'
import { deleteApiClient, disableApiClient, enableApiClient } from '../api-clients/end-api-client.ts'
import { listClients } from '../api-clients/list-api-clients.ts'
import { rotateClientSecret } from '../api-clients/rotate-client-secret.ts'
import type { EnvironmentName } from '../db/tables.ts'
import { printable } from './printable.ts'
import { requireProject } from './require-project.ts'
import { UsageError } from './usage-error.ts'
import { withApp } from './with-app.ts'

export const help = `Usage:
  headgate clients list
  headgate clients create --name NAME [--scope "SCOPES"] [--project proj_…]… [--environment NAME]… [--no-credentials]
  headgate clients rotate ID [--grace SECONDS] [--revoke-tokens]
  headgate clients disable ID | enable ID | delete ID
Secrets are shown once, at create and rotate. --json prints JSON.`

const options = {
  name: { type: 'string' },
  scope: { type: 'string' },
  project: { type: 'string', multiple: true },
  environment: { type: 'string', multiple: true },
  'no-credentials': { type: 'boolean' },
  grace: { type: 'string' },
  'revoke-tokens': { type: 'boolean' },
  json: { type: 'boolean' },
} as const

const COLUMN = 'may_read_credentials'.length + 2

const operator = { kind: 'operator', id: null }

export async function clients(args: string[]): Promise<void> {
  const { values, verb, id } = read(args)
  const print = (facts: Record<string, Fact>) => {
    if (values.json) console.log(JSON.stringify(facts))
    else for (const [key, value] of Object.entries(facts)) console.log(key.padEnd(COLUMN) + printable(value))
  }
  if (verb === 'list') {
    await withApp(async (app, workspaceId) => {
      for (const [i, client] of (await listClients(app, workspaceId)).entries()) {
        if (i > 0 && !values.json) console.log('')
        print(client)
      }
    })
    return
  }
  if (verb === 'create') {
    const { name } = values
    if (name === undefined) throw new UsageError(`--name is missing\n${help}`)
    const environments = values.environment as EnvironmentName[] | undefined
    if (environments?.some((one) => !['development', 'production'].includes(one)))
      throw new UsageError('--environment must be development or production')
    await withApp(async (app, workspaceId) => {
      for (const project of values.project ?? []) await requireProject(app, workspaceId, project)
      const { clientId, clientSecret } = await createApiClient(
        app,
        workspaceId,
        {
          name,
          ...(values.scope === undefined ? {} : { scope: values.scope }),
          projectIds: values.project ?? null,
          environments: environments ?? null,
          mayReadCredentials: !values['no-credentials'],
        },
        operator,
      )
      print({ client_id: clientId, client_secret: clientSecret.reveal() })
    })
    return
  }
  await withApp(async (app, workspaceId) => {
    switch (verb) {
      case 'rotate': {
        const graceSeconds = Number(values.grace ?? 0)
        const revokeIssuedTokens = values['revoke-tokens'] ?? false
        const secret = await rotateClientSecret(app, workspaceId, id, operator, {
          graceSeconds,
          revokeIssuedTokens,
        })
        print({ client_id: id, client_secret: secret.reveal() })
        return
      }
      case 'disable':
        return disableApiClient(app, workspaceId, id, operator)
      case 'enable':
        return enableApiClient(app, workspaceId, id, operator)
      case 'delete':
        return deleteApiClient(app, workspaceId, id, operator)
    }
  })
}

const ALONE = ['list', 'create']
const WITH_ID = ['rotate', 'disable', 'enable', 'delete']

type Fact = string | boolean | null

function read(args: string[]) {
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
    const [verb = '', id = '', ...rest] = positionals
    const isWhole = ALONE.includes(verb) ? id === '' : WITH_ID.includes(verb) && id !== ''
    if (isWhole && rest.length === 0) return { values, verb, id }
  } catch (cause) {
    throw new UsageError(`${(cause as Error).message}\n${help}`, { cause })
  }
  throw new UsageError(help)
}
