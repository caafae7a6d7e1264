/** Owns the signatures of a delivery: one key, written down in the two ways that receivers know. */
import { hmac } from '../platform/crypto/hmac.ts'
import type { Secret } from '../platform/secret.ts'

/**
 * `x-pd-signature` as contract 7.2 has it, over `<t>.<body>` with the key's text; `webhook-signature` as Standard Webhooks has it, over
 * `<id>.<t>.<body>` with the bytes that are base64 after `whsec_`. While a key is being replaced, each holds a signature per key.
 */
export function signatureHeaders(
  keys: readonly Secret[],
  { id, timestamp, body }: { id: string; timestamp: number; body: string },
): Record<string, string> {
  if (keys.length === 0) return {}
  const texts = keys.map((key) => key.reveal())
  const vendor = texts.map((key) => `v1=${hmac('sha256', key, `${timestamp}.${body}`).toString('hex')}`)
  const standard = texts.map((key) => {
    const bytes = Buffer.from(key.slice('whsec_'.length), 'base64')
    return `v1,${hmac('sha256', bytes, `${id}.${timestamp}.${body}`).toString('base64')}`
  })
  return {
    'x-pd-signature': [`t=${timestamp}`, ...vendor].join(','),
    'webhook-signature': standard.join(' '),
  }
}
