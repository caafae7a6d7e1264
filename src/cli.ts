/** Owns the command line: which command, and how its failure is told. */
import { AppError } from './platform/errors.ts'

const commands: Record<string, { summary: string; load: () => Promise<(args: string[]) => Promise<void>> }> =
  {
    serve: {
      summary: 'start the server (--ephemeral: keep everything in memory)',
      load: async () => (await import('./cli/serve.ts')).serve,
    },
    apps: {
      summary: 'check, list, show, try out or change the apps of the catalogue',
      load: async () => (await import('./cli/apps.ts')).apps,
    },
    clients: {
      summary: 'list, create, rotate, disable, enable or delete API clients',
      load: async () => (await import('./cli/clients.ts')).clients,
    },
    listen: {
      summary: "forward a server's events to a program on this machine, as webhooks",
      load: async () => (await import('./cli/listen.ts')).listen,
    },
    revoke: {
      summary: 'revoke accounts by app, user, OAuth app or time, at their providers too',
      load: async () => (await import('./cli/revoke.ts')).revoke,
    },
    'signing-keys': {
      summary: 'rotate or remove the keys that sign access tokens',
      load: async () => (await import('./cli/signing-keys.ts')).signingKeys,
    },
  }

function usage(): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(14)}${summary}`)
  return ['Usage: headgate <command>', '', ...lines, '', 'A command with --help tells more.'].join('\n')
}

const [name = 'help', ...args] = process.argv.slice(2)
const command = commands[name]
if (!command) {
  console.log(usage())
  process.exitCode = name === 'help' || name === '--help' ? 0 : 2
} else {
  try {
    await (
      await command.load()
    )(args)
  } catch (error) {
    // These are meant for the operator and say all there is; anything else is a mistake of ours and shows where.
    const expected =
      error instanceof AppError ||
      ['BadConfig', 'BadKeyRing', 'WrongKeys', 'SchemaTooNew', 'BadSeed', 'UsageError'].includes(
        (error as Error).name,
      )
    const code = (error as NodeJS.ErrnoException).code
    if (expected || code === 'EADDRINUSE' || code === 'EACCES')
      console.error(`headgate: ${(error as Error).message}`)
    else console.error(error)
    process.exit(1)
  }
}
