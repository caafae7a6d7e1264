/** Owns turning a person's decision into a code or a refusal. */
import type { App } from '../app.ts'
import { mintId } from '../platform/crypto/ids.ts'
import { digest, mintSecret } from '../platform/crypto/secrets.ts'
import {
  answerLocation,
  checkAuthorizeRequest,
  refusalLocation,
  type AuthorizeRequest,
} from './authorize-request.ts'
import { problemPage } from './consent-page.ts'
import type { ConsentForm, SandboxSettings } from './contract.ts'
import { redirect, type Answer } from './page.ts'
import { findPerson } from './people.ts'
import { SANDBOX_CLIENT_ID } from './sandbox-client.ts'
import { readSettings } from './settings.ts'
import { insertGrant } from './store.ts'

const CODE_TTL_MS = 60_000

/** The form goes to the address of its page, so `query` is that of the question and is checked again. */
export async function decideConsent(
  app: Pick<App, 'config' | 'db' | 'clock'>,
  query: Readonly<Record<string, unknown>>,
  form: ConsentForm,
): Promise<Answer> {
  const settings = await readSettings(app)
  const { publicUrl } = app.config
  const checked = checkAuthorizeRequest(publicUrl, settings, query)
  if (checked.kind === 'tell') return problemPage(checked.message)
  if (checked.kind === 'redirect') return redirect(checked.location)
  const { request } = checked
  const deny = (why: string) =>
    redirect(refusalLocation(publicUrl, settings, request.redirectUri, request.state, 'access_denied', why))
  if (form['decision'] === 'deny') return deny('The person said no')
  const person = findPerson(form['person'])
  if (form['decision'] !== 'allow' || !person)
    return problemPage('The form is not complete. Go back and choose.')
  const scopes = grantedScopes(request, settings, form)
  if (scopes.length === 0) return deny('The person allowed nothing')
  const code = await createGrant(app, request, person.id, scopes)
  return redirect(answerLocation(publicUrl, settings, request.redirectUri, request.state, { code }))
}

function grantedScopes(
  { scopes }: AuthorizeRequest,
  { grant_fewer_scopes }: SandboxSettings,
  form: ConsentForm,
): string[] {
  const ticked = scopes.filter((name) => form[`scope.${name}`] !== undefined)
  return grant_fewer_scopes && ticked.length > 1 ? ticked.slice(0, -1) : ticked
}

async function createGrant(
  { db, clock }: Pick<App, 'db' | 'clock'>,
  { codeChallenge, redirectUri }: AuthorizeRequest,
  person: string,
  scopes: readonly string[],
): Promise<string> {
  const code = mintSecret('acme_code_')
  const now = clock.now()
  await db.write((tx) =>
    insertGrant(tx, {
      id: mintId('grant'),
      client_id: SANDBOX_CLIENT_ID,
      person,
      scope: scopes.join(' '),
      code_digest: digest(code),
      code_challenge: codeChallenge,
      code_redirect_uri: redirectUri,
      code_expires_at: now + CODE_TTL_MS,
      access_digest: null,
      access_expires_at: null,
      refresh_digest: null,
      previous_refresh_digest: null,
      refreshes: 0,
      revoked_at: null,
      created_at: now,
    }),
  )
  return code
}
