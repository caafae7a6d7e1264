/** Owns giving a command the App of the configured database, without a listener, and closing it afterwards. */
import type { App } from '../app.ts'
import { createApp } from '../bootstrap/create-app.ts'
import { loadConfig } from '../config.ts'
import { findOnlyWorkspace } from '../workspace/create-workspace.ts'
import { UsageError } from './usage-error.ts'

export async function withApp(work: (app: App, workspaceId: string) => Promise<void>): Promise<void> {
  const { config } = loadConfig()
  const { app, close } = await createApp({ ...config, logLevel: 'warn' })
  try {
    const workspace = await findOnlyWorkspace(app.db.read)
    if (!workspace) throw new UsageError('there is nothing here yet; start the server first')
    await work(app, workspace.id)
  } finally {
    await close()
  }
}
