/** Owns where a browser belongs at each point of an attempt. */
import type { Config } from '../config.ts'
import type { AttemptPlan } from './attempt-plan.ts'
import type { Pending } from './pending.ts'
import type { AttemptRow } from './store.ts'

type Located = Pick<Config, 'publicUrl'>

/** What a client registers at the provider; `id` is the OAuth app's, or the app's own where people bring their clients. */
export const callbackAddress = (publicUrl: string, id: string): string =>
  `${publicUrl}/connect/oauth/${id}/callback`

/** Opens for the browser of the attempt alone. */
export const resultAddress = ({ publicUrl }: Located, { id }: Pick<AttemptRow, 'id'>): string =>
  `${publicUrl}/connect/results/${id}`

/** Of an attempt that a browser has begun; nothing of the provider's answer is in it. */
export function nextAddress(
  config: Located,
  attempt: AttemptRow,
  { flow, authorizeUrl, successRedirectUri, errorRedirectUri }: AttemptPlan,
  pending: Pending | null,
): string {
  const result = resultAddress(config, attempt)
  const isLink = flow === 'link'
  switch (attempt.status) {
    case 'started':
      return authorizeUrl
    case 'choosing':
      return `${config.publicUrl}/connect/choices/${attempt.id}`
    case 'verifying':
      return pending?.verifierAddress ?? result
    case 'done':
      return (isLink && successRedirectUri) || result
    case 'failed':
      return isLink && errorRedirectUri !== null
        ? errorAddress(errorRedirectUri, attempt.error_code ?? 'unexpected')
        : result
    case 'open':
    case 'finishing':
      return result
  }
}

/** The developer's address with the code of what went wrong, which is the same on the page and in the log. */
export const errorAddress = (errorRedirectUri: string, code: string): string =>
  withParameters(errorRedirectUri, { error: code })

/** What the developer wrote stays byte for byte. */
export const withParameters = (address: string, parameters: Record<string, string>): string =>
  `${address}${address.includes('?') ? '&' : '?'}${new URLSearchParams(parameters).toString()}`
