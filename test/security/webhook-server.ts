/** Owns a server in a process of its own, whose clock and events a test directs: to be killed. Its settings are its environment. */
import { projectEnvironmentOfRow } from '../../src/access/project-environment.ts'
import { createTestServer } from '../../src/create-test-server.ts'
import { recordEvent } from '../../src/events/record-event.ts'
import { ManualClock } from '../../src/platform/clock.ts'
import { findOnlyWorkspace } from '../../src/workspace/create-workspace.ts'

/** What the test says, and what it is answered. */
export type Order = { advanceTo: number } | { happen: string }
export type Report = { address: string } | { done: true } | { event: string }

const clock = new ManualClock(Number(process.env['TEST_NOW']))
const { TEST_NOW: _, ...env } = process.env
const server = await createTestServer({ clock, env: env as Record<string, string> })
const workspace = await findOnlyWorkspace(server.app.db.read)
const projectEnvironment = projectEnvironmentOfRow(workspace!.id, {
  project_id: server.projectId,
  environment: 'production',
})

const say = (report: Report) => process.send!(report)

async function obey(order: Order): Promise<void> {
  if ('advanceTo' in order) {
    clock.advance(order.advanceTo - clock.now())
    say({ done: true })
    return
  }
  const { happen: accountId } = order
  const data = { account: { id: accountId, external_id: `user of ${accountId}` } }
  const event = await server.app.db.write((tx) =>
    recordEvent(tx, server.app, projectEnvironment, { type: 'account.unhealthy', accountId, data }),
  )
  say({ event })
}

process.on('message', (order: Order) => void obey(order))
process.on('disconnect', () => process.exit(0))
say({ address: server.address })
