/** Owns `headgate serve`: start, say where, stop on SIGTERM or SIGINT once everything under way is done. */
import { parseArgs } from 'node:util'
import { startServer } from '../bootstrap/start-server.ts'
import { addresses, welcome } from '../bootstrap/welcome.ts'
import { loadConfig } from '../config.ts'
import { UsageError } from './usage-error.ts'

export const help = `Usage:
  headgate serve [--ephemeral]
Starts the server; --ephemeral keeps everything in memory. It is set by environment variables: docs/configuration.md.`

const STOP_WITHIN_MS = 30_000

export async function serve(args: string[]): Promise<void> {
  const { ephemeral } = readArguments(args)
  const { config, unknown } = loadConfig()
  for (const name of unknown)
    console.error(`headgate: ${name} is no setting of this version; is it misspelt?`)
  const server = await startServer({ ...config, ephemeral: config.ephemeral || ephemeral })

  console.log(addresses(server.app))
  if (server.made) console.log(await welcome(server.app, server.made, server.workspaceId))
  console.log('')

  let stopping = false
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1) // Asked twice: now.
    stopping = true
    server.app.log.info({ signal }, 'stopping')
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref()
    void server.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        server.app.log.error({ err: error }, 'the stop failed')
        process.exit(1)
      },
    )
  }
  process.on('SIGHUP', (signal) => {
    // From a terminal it says that the terminal is gone; from anybody else, by custom, to read the configuration again.
    if (process.stdin.isTTY) stop(signal)
    else
      server.app.catalog.reload().catch((error: unknown) => {
        server.app.log.error({ err: error }, 'the app catalogue could not be read again; it stays')
      })
  })
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

function readArguments(args: string[]): { ephemeral: boolean } {
  try {
    return parseArgs({ args, options: { ephemeral: { type: 'boolean', default: false } } }).values
  } catch (cause) {
    throw new UsageError(`${(cause as Error).message}\n${help}`, { cause })
  }
}
