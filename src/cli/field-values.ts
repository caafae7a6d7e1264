/** Owns the values of an app's fields on a command line: plain ones as arguments, secrets from the environment or asked for. */
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { CatalogApp } from '../apps/catalog.ts'
import { environmentValue } from '../config.ts'
import { UsageError } from './usage-error.ts'

export interface FieldOptions {
  field?: string[] | undefined
  'field-env'?: string[] | undefined
  ask: boolean
}

/** Values by field name. Nothing of a secret is ever printed. @throws UsageError */
export async function readFieldValues(
  app: CatalogApp,
  options: FieldOptions,
): Promise<Record<string, string>> {
  const values: Record<string, string> = {}
  const fieldOf = (name: string) => {
    const field = app.custom_fields.find((one) => one.name === name)
    if (!field) throw new UsageError(`${app.name_slug} has no field "${name}"`)
    return field
  }
  for (const text of options.field ?? []) {
    const [name, value] = pair('--field', text)
    if (fieldOf(name).type === 'password')
      throw new UsageError(
        `${name} is a secret: arguments end up in histories and lists of processes. Use --field-env or --ask`,
      )
    values[name] = value
  }
  for (const text of options['field-env'] ?? []) {
    const [name, variable] = pair('--field-env', text)
    const value = environmentValue(variable)
    if (value === undefined) throw new UsageError(`--field-env ${name}: ${variable} is not set`)
    values[fieldOf(name).name] = value.reveal()
  }
  if (options.ask) {
    const missing = app.custom_fields.filter(
      ({ name, source, type, required }) =>
        source === 'user' && type === 'password' && required && values[name] === undefined,
    )
    Object.assign(values, await askFor(missing.map(({ name }) => name)))
  }
  return values
}

function pair(option: string, text: string): [name: string, value: string] {
  const at = text.indexOf('=')
  if (at < 1) throw new UsageError(`${option}: must be NAME=${option === '--field' ? 'VALUE' : 'VARIABLE'}`)
  return [text.slice(0, at), text.slice(at + 1)]
}

/** One line of standard input each, without an echo. */
async function askFor(names: readonly string[]): Promise<Record<string, string>> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({
    input: process.stdin,
    output: nowhere,
    terminal: process.stdin.isTTY,
  })
  const answers: Record<string, string> = {}
  try {
    const each = lines[Symbol.asyncIterator]()
    for (const name of names) {
      process.stderr.write(`${name}: `)
      const { value, done } = (await each.next()) as { value?: string; done?: boolean }
      process.stderr.write('\n')
      if (done || value === undefined || value === '') throw new UsageError(`${name}: nothing was given`)
      answers[name] = value
    }
  } finally {
    lines.close()
  }
  return answers
}
