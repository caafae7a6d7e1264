/** Owns turning what a file says into a finished definition: defaults filled in, format and meaning checked. */

import type { ErrorObject } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { BadRequest } from '../platform/errors.ts'
import { AppDefinition } from './app-definition.ts'
import { checkAppDefinition } from './check-app-definition.ts'
import { fillDefaults } from './fill-defaults.ts'
import { parseTemplate } from './template.ts'

// Not optimized: compiling takes longer than all the checking it is for.
const ajv = new Ajv2020({ allErrors: true, verbose: true, allowUnionTypes: true, code: { optimize: false } })
ajv.addFormat('regex', (text) => succeeds(() => new RegExp(text, 'u')))
ajv.addFormat('template', (text) => succeeds(() => parseTemplate(text)))
ajv.addFormat('url-template', (text) => succeeds(() => parseTemplate(text)))
const validate = ajv.compile<AppDefinition>(AppDefinition)

/**
 * @returns the finished definition
 * @throws BadRequest; `details.problems` has a line for each thing wrong, as `$.path: what is wrong`
 */
export function parseAppDefinition(input: unknown): AppDefinition {
  const app = fillDefaults(input)
  const problems = validate(app) ? checkAppDefinition(app) : formatProblems(validate.errors ?? [])
  if (problems.length > 0)
    throw new BadRequest(problems.join('; '), { code: 'bad_app_definition', details: { problems } })
  return app as AppDefinition
}

function formatProblems(errors: ErrorObject[]): string[] {
  // The branch of an if speaks for itself.
  const problems = errors
    .filter((error) => error.keyword !== 'if')
    .map((error) => `${jsonPath(error.instancePath)}: ${plainWords(error)}`)
  return [...new Set(problems)]
}

/** RFC 6901 pointer -> `$.oauth.scopes.default[0]`. */
const jsonPath = (pointer: string) =>
  pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, key) => (/^\d+$/.test(key) ? `${path}[${key}]` : `${path}.${key}`), '$')

function plainWords(error: ErrorObject): string {
  const { keyword, params, data } = error
  switch (keyword) {
    case 'additionalProperties':
      return `unknown key "${params['additionalProperty']}"`
    case 'required':
      return `"${params['missingProperty']}" is missing`
    case 'enum':
      return `must be one of ${(params['allowedValues'] as unknown[]).map((v) => JSON.stringify(v)).join(', ')}`
    case 'const':
      return `must be ${JSON.stringify(params['allowedValue'])}`
    case 'format':
      return params['format'] === 'regex'
        ? 'is not a regular expression'
        : `cannot be read as a template: ${String(data)}`
    default:
      return error.message ?? keyword
  }
}

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt()
    return true
  } catch {
    // Whatever the reason, the text is not of the format; ajv names the place.
    return false
  }
}
