/** Owns AWS Signature Version 4 in the Authorization header (IAM User Guide, "Create a signed AWS API request"). */

import { hmac } from '../platform/crypto/hmac.ts'
import { digestHex } from '../platform/crypto/secrets.ts'
import type { AwsScope } from './aws-scope.ts'
import { percentEncode } from './percent-encode.ts'

export interface AwsCredentials {
  accessKeyId: string
  secretAccessKey: string
  /** Of temporary credentials. */
  sessionToken?: string
}

export interface SigV4Request {
  method: string
  url: URL
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>
  /** The whole body as it will be sent; absent: none. */
  body?: string | Buffer
}

export interface SignedByAws {
  /** With the query in the one spelling that was signed. */
  url: URL
  headers: Record<string, string>
}

/** What others on the way may change, or what does not matter, stays unsigned. */
const SIGNED = /^(?:host|date|range|content-type|content-md5|if-[a-z-]+|x-amz-.+)$/
/** What a caller may not bring: it would be taken for the account's. */
const OURS = new Set(['authorization', 'x-amz-date', 'x-amz-security-token', 'host'])

/** `now` in milliseconds. S3 takes a body unsigned (over TLS), so that it can be streamed; every other service wants its digest. */
export function signSigV4(
  { method, url, headers, body = '' }: SigV4Request,
  { accessKeyId, secretAccessKey, sessionToken }: AwsCredentials,
  { region, service }: AwsScope,
  now: number,
): SignedByAws {
  const at = new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, '')
  const day = at.slice(0, 8)
  const isS3 = service === 's3' || service === 's3-object-lambda'
  const given = Object.fromEntries(Object.entries(headers).filter(([name]) => !OURS.has(name)))
  const payload = isS3 ? (given['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD') : digestHex(body)
  const own = {
    'x-amz-date': at,
    ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
    ...(isS3 ? { 'x-amz-content-sha256': payload } : {}),
  }
  const signed = Object.entries({ ...given, ...own, host: url.host })
    .filter(([name]) => SIGNED.test(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  const names = signed.map(([name]) => name).join(';')
  const sentUrl = new URL(url)
  const query = canonicalQuery(url)
  sentUrl.search = query
  const request = [
    method.toUpperCase(),
    canonicalPath(url.pathname, isS3),
    query,
    ...signed.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, ' ')}`),
    '',
    names,
    payload,
  ].join('\n')
  const scope = `${day}/${region}/${service}/aws4_request`
  const text = ['AWS4-HMAC-SHA256', at, scope, digestHex(request)].join('\n')
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(
    (parent, part) => hmac('sha256', parent, part),
    `AWS4${secretAccessKey}`,
  )
  const signature = hmac('sha256', key, text).toString('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`
  return { url: sentUrl, headers: { ...given, ...own, authorization } }
}

/** Encoded once for S3, where a key is any text, and once more than it is sent for all others, to which two slashes are one. */
const canonicalPath = (path: string, isS3: boolean): string =>
  (isS3 ? path : path.replace(/\/{2,}/g, '/'))
    .split('/')
    .map((segment) => percentEncode(isS3 ? decoded(segment) : segment))
    .join('/')

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment // A bare percent sign: meant as it stands.
  }
}

const canonicalQuery = (url: URL): string =>
  [...new URLSearchParams(url.search)]
    .map(([name, value]) => [percentEncode(name), percentEncode(value)] as const)
    .toSorted(([nameA, a], [nameB, b]) => (nameA === nameB ? (a < b ? -1 : 1) : nameA < nameB ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
