/** Owns `headgate apps`: the catalogue of apps, on the command line. */
import { parseArgs } from 'node:util'
import { UsageError } from './usage-error.ts'

export const help = `Usage:
  headgate apps validate [FOLDER | FILE…] [--strict] [--today YYYY-MM-DD]
      checks app files, each laid over the built-in catalogue, without a server or a database; nothing named: the built-in catalogue and
      HEADGATE_CATALOG_DIR. --strict also asks for evidence: sources, the day they were read, quirks that exist
  headgate apps list
      every app, the layers that have a say in it, and what is wrong
  headgate apps show SLUG
      the finished definition, with the layer each value came from
  headgate apps test SLUG [--field NAME=VALUE]… [--field-env NAME=VARIABLE]… [--ask] [--client-id ID]
      the callback address to register, the authorize address of each scope profile, the hosts against the rules for outgoing requests;
      with its fields given, an app with keys gets its test request. Secrets come from the environment (--field-env) or are asked for (--ask)
  headgate apps set SLUG FILE.yaml [--yes] | unset SLUG [--yes]
      what the database says about an app, laid over file and folder; --yes where people have connected it and it decides where their
      credentials go
--json prints JSON. A running server follows within seconds.`

const options = {
  strict: { type: 'boolean', default: false },
  today: { type: 'string' },
  field: { type: 'string', multiple: true },
  'field-env': { type: 'string', multiple: true },
  ask: { type: 'boolean', default: false },
  'client-id': { type: 'string' },
  yes: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  yaml: { type: 'boolean', default: false },
} as const

export async function apps(args: string[]): Promise<void> {
  const { values, positionals } = read(args)
  const [verb, slug, file] = positionals
  const given = positionals.length - 1
  if (verb === 'validate')
    await (await import('./validate-apps.ts')).validateApps(positionals.slice(1), values)
  else if (verb === 'list' && given === 0) await (await import('./list-apps.ts')).listAllApps(values)
  else if (verb === 'show' && given === 1 && slug !== undefined)
    await (await import('./show-app.ts')).showApp(slug, values)
  else if (verb === 'test' && given === 1 && slug !== undefined)
    await (await import('./test-app.ts')).testApp(slug, values)
  else if (verb === 'set' && given === 2 && slug !== undefined && file !== undefined)
    await (await import('./set-app.ts')).setApp(slug, file, values)
  else if (verb === 'unset' && given === 1 && slug !== undefined)
    await (await import('./set-app.ts')).unsetApp(slug, values)
  else throw new UsageError(help)
}

function read(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (cause) {
    throw new UsageError(`${(cause as Error).message}\n${help}`, { cause })
  }
}
