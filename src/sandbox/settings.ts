/** Owns the sandbox provider's switches: their defaults, and reading and replacing them as a whole. */
import type { App } from '../app.ts'
import { BadRequest, Forbidden } from '../platform/errors.ts'
import type { SandboxSettings, SandboxSettingsBody } from './contract.ts'
import { findSettings, saveSettings } from './store.ts'

export const DEFAULT_SETTINGS: SandboxSettings = {
  // Short on purpose: whoever tries it sees a refresh within a minute.
  access_ttl_seconds: 30,
  rotate: 'strict',
  answer_format: 'json',
  expires_in_form: 'number',
  fail_token_requests: 'off',
  delay_ms: 0,
  grant_fewer_scopes: false,
  error_in_200: false,
  require_pkce: true,
  client_auth: 'either',
  echo_iss: false,
}

export const readSettings = async ({ db }: Pick<App, 'db'>): Promise<SandboxSettings> => ({
  ...DEFAULT_SETTINGS,
  ...(await findSettings(db.read)),
})

/**
 * Replaces all switches; what `body` leaves out gets its default. Returns the effective settings.
 * @throws Forbidden for a page of another origin: there is no login that would keep it out
 */
export async function replaceSettings(
  { db, config }: Pick<App, 'db' | 'config'>,
  origin: string | undefined,
  body: SandboxSettingsBody,
): Promise<SandboxSettings> {
  if (origin !== undefined && origin !== new URL(config.publicUrl).origin)
    throw new Forbidden('Pages of other origins may not change the sandbox', { code: 'origin_not_allowed' })
  await db.write((tx) => saveSettings(tx, body))
  return { ...DEFAULT_SETTINGS, ...body }
}

interface SchemaProblem {
  keyword: string
  instancePath: string
  message?: string
  params: Record<string, unknown>
}

/** What the schema found wrong, in words that name the switch and what it takes. */
export function badSettings([problem]: readonly SchemaProblem[]): BadRequest {
  const name = problem?.instancePath.slice(1) || 'The body'
  return new BadRequest(problem ? says(name, problem) : `${name} is not valid`, { code: 'invalid_parameter' })
}

function says(name: string, { keyword, message, params }: SchemaProblem): string {
  switch (keyword) {
    case 'additionalProperties':
      return `There is no switch "${String(params['additionalProperty'])}"`
    case 'enum':
      return `${name} must be one of ${(params['allowedValues'] as string[]).map((v) => `"${v}"`).join(', ')}`
    default:
      return `${name} ${message ?? 'is not valid'}`
  }
}
