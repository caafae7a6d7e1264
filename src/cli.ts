/** Owns the command line: which command, and how its failure is told. */
import { AppError } from './platform/errors.ts'

interface Command {
  run: (args: string[]) => Promise<void>
  help: string
}

const commands: Record<string, { summary: string; load: () => Promise<Command> }> = {
  serve: {
    summary: 'start the server (--ephemeral: keep everything in memory)',
    load: () => import('./cli/serve.ts').then(({ serve: run, help }) => ({ run, help })),
  },
  apps: {
    summary: 'check, list, show, try out or change the apps of the catalogue',
    load: () => import('./cli/apps.ts').then(({ apps: run, help }) => ({ run, help })),
  },
  clients: {
    summary: 'list, create, rotate, disable, enable or delete API clients',
    load: () => import('./cli/clients.ts').then(({ clients: run, help }) => ({ run, help })),
  },
  listen: {
    summary: "forward a server's events to a program on this machine, as webhooks",
    load: () => import('./cli/listen.ts').then(({ listen: run, help }) => ({ run, help })),
  },
  revoke: {
    summary: 'revoke accounts by app, user, OAuth app or time, at their providers too',
    load: () => import('./cli/revoke.ts').then(({ revoke: run, help }) => ({ run, help })),
  },
  'signing-keys': {
    summary: 'rotate or remove the keys that sign access tokens',
    load: () => import('./cli/signing-keys.ts').then(({ signingKeys: run, help }) => ({ run, help })),
  },
}

function usage(): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(14)}${summary}`)
  return ['Usage: headgate <command>', '', ...lines, '', 'A command with --help tells more.'].join('\n')
}

const [name = 'help', ...args] = process.argv.slice(2)
const command = Object.hasOwn(commands, name) ? commands[name] : undefined
/** A port that is taken, an address that is not ours, a database that does not answer: no mistake in the program. */
const OF_THE_SYSTEM = new Set(['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES', 'ENOTFOUND', 'ECONNREFUSED'])
const asksForHelp = (word: string) => word === '--help' || word === '-h'
if (name === 'help' || asksForHelp(name)) console.log(usage())
else if (!command) {
  console.error(`headgate: there is no command ${JSON.stringify(name)}\n${usage()}`)
  process.exitCode = 2
} else {
  try {
    const { run, help } = await command.load()
    if (args.some(asksForHelp)) console.log(help)
    else await run(args)
  } catch (error) {
    // These are meant for the operator and say all there is; anything else is a mistake of ours and shows where.
    const expected =
      error instanceof AppError ||
      ['BadConfig', 'BadKeyRing', 'WrongKeys', 'SchemaTooNew', 'BadSeed', 'UsageError'].includes(
        (error as Error).name,
      )
    const { code = '', message } = error as NodeJS.ErrnoException
    if (expected || OF_THE_SYSTEM.has(code))
      console.error(
        `headgate: ${message || code}${code === 'EADDRINUSE' ? '; PORT chooses another port' : ''}`,
      )
    else console.error(error)
    process.exit(1)
  }
}
