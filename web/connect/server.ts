/** Owns what the page asks of its own server. */
import type {
  AttemptAnswer,
  ConnectBody,
  ConnectedAnswer,
  CreatedAttempt,
} from '../../src/connect/contract.ts'

export type { CreatedAttempt }

export interface Failure {
  code: string
  /** In English, for the page around; the person reads the texts of the page. */
  error: string
  /** Name of a field -> what is wrong with it. */
  faults?: Record<string, string>
}

const OFFLINE: Failure = { code: 'offline', error: 'The server cannot be reached.' }

const address = (path: string) => `${document.body.dataset['base'] ?? ''}${path}`

/** The form as it is, in the shape of JSON. */
function bodyOf(form: HTMLFormElement): ConnectBody {
  const members: Record<string, string> = {}
  const values: Record<string, string> = {}
  const client: Record<string, string> = {}
  for (const [name, value] of new FormData(form)) {
    if (typeof value !== 'string') continue
    if (name.startsWith('field.')) values[name.slice('field.'.length)] = value
    else if (name.startsWith('client.')) client[name.slice('client.'.length)] = value
    else members[name] = value
  }
  const { id, secret } = client
  return {
    token: '',
    ...members,
    values,
    ...(id ? { ownClient: { id, ...(secret ? { secret } : {}) } } : {}),
  }
}

async function send<Answer>(path: string, form: HTMLFormElement): Promise<Answer | Failure> {
  try {
    const answer = await fetch(address(path), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(bodyOf(form)),
      credentials: 'omit',
    })
    const body = (await answer.json()) as Answer & {
      error?: string
      code?: string
      details?: { faults?: Record<string, string> }
    }
    if (answer.ok) return body
    return {
      code: body.code ?? 'unexpected',
      error: body.error ?? 'The server gave no reason.',
      ...(body.details?.faults === undefined ? {} : { faults: body.details.faults }),
    }
  } catch {
    return OFFLINE
  }
}

export const createAttempt = (form: HTMLFormElement) => send<CreatedAttempt>('/connect/attempts', form)
export const sendKeys = (form: HTMLFormElement) => send<ConnectedAnswer>('/connect/keys', form)

/** Undefined when it cannot be told now; the page asks again. */
export async function readAttempt(handle: string): Promise<AttemptAnswer | undefined> {
  try {
    const answer = await fetch(address(`/connect/attempts/${handle}`), {
      cache: 'no-store',
      credentials: 'omit',
    })
    if (answer.status === 404)
      return { status: 'failed', error_code: 'attempt_expired', error: 'The sign-in has expired.' }
    return answer.ok ? ((await answer.json()) as AttemptAnswer) : undefined
  } catch {
    return undefined
  }
}
