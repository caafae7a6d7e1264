/** `headgate revoke` as an operator uses it, with no server running. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pino } from 'pino'
import { startServer } from '../src/bootstrap/start-server.ts'
import { loadConfig } from '../src/config.ts'
import { freePort } from '../src/platform/free-port.ts'
import type { RevokeAccountsAnswer } from '../src/revocations/contract.ts'
import { addAccount } from './security/add-account.ts'

const bin = join(import.meta.dirname, '../bin/headgate.js')

test('headgate revoke: a dry run changes nothing, --yes leaves a receipt for each account', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-cli-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const env = {
    PORT: String(await freePort()),
    HEADGATE_DATA_DIR: join(folder, 'data'),
    HEADGATE_KEYS_PATH: join(folder, 'keys', 'keys'),
  }
  const server = await startServer(loadConfig(env).config, { log: pino({ level: 'silent' }) })
  const project = server.made!.projectId
  for (const user of ['u1', 'u2'])
    await addAccount(server.app, {
      workspaceId: server.workspaceId,
      project,
      environment: 'production',
      user,
      app: 'acme_keys',
      canary: 'canary',
    })
  await server.stop()
  const run = (args: string[]) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) =>
      execFile(
        process.execPath,
        [bin, 'revoke', '--project', project, ...args],
        { env: { PATH: process.env['PATH'], ...env } },
        (error, out, err) => resolve({ code: error ? Number(error.code ?? 1) : 0, out, err }),
      ),
    )
  assert.equal((await run(['--all'])).code, 1, 'not without --yes')
  assert.match((await run(['--user', 'nobody', '--dry-run'])).err, /^headgate: there is no user nobody\n$/)
  const dry = await run(['--app', 'acme_keys', '--dry-run', '--json'])
  assert.deepEqual([(JSON.parse(dry.out) as RevokeAccountsAnswer).accounts, dry.code], [2, 0])
  const table = await run(['--user', 'u1', '--yes'])
  assert.match(
    table.out,
    /^ACCOUNT +USER +APP +STATUS +TRIES +REASON\napn_\w+ +u1 +acme_keys +not_supported +0 +keys: /,
  )
  assert.match(table.out, /^1 accounts: not_supported 1$/m)
  const rest = await run(['--all', '--delete-accounts', '--yes', '--json'])
  const answer = JSON.parse(rest.out) as RevokeAccountsAnswer
  assert.deepEqual(
    answer.revocations.map(({ external_id, status }) => [external_id, status]),
    [['u2', 'not_supported']],
  )
  assert.doesNotMatch(table.out + rest.out + dry.out, /canary/)
})
