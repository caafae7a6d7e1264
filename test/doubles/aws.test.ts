/**
 * AWS Security Token Service and Amazon SES, from docs.aws.amazon.com: "GetCallerIdentity", "Create a signed AWS API request" (the
 * signature is checked here from that description), "GetAccount" of SES v2.
 */
import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import type { Double, DoubleAnswer, DoubleRequest } from './double.ts'
import { providerWorld } from './provider-world.ts'

const keys = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}
const ARN = 'arn:aws:iam::123456789012:user/Alice'
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

interface Verdict {
  scope: string
  reason: string | undefined
}

/** AWS's own order of steps: parse, rebuild the canonical request from what arrived, compare. */
function check(request: DoubleRequest, now: number): Verdict {
  const header = request.headers['authorization'] ?? ''
  const [, id, day = '', region = '', service = '', names = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=(\w+)\/(\d{8})\/([\w-]+)\/([\w-]+)\/aws4_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/.exec(
      header,
    ) ?? []
  const scope = `${region}/${service}`
  if (id !== keys.accessKeyId) return { scope, reason: 'InvalidClientTokenId' }
  const at = request.headers['x-amz-date'] ?? ''
  const sentAt = Date.parse(at.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  if (!(Math.abs(sentAt - now) < 5 * 60_000) || !at.startsWith(day))
    return { scope, reason: 'RequestExpired' }
  const signed = names.split(';')
  for (const needed of ['host', ...Object.keys(request.headers).filter((name) => name.startsWith('x-amz-'))])
    if (!signed.includes(needed)) return { scope, reason: `${needed} is not signed` }
  const query = request.url.search
    .slice(1)
    .split('&')
    .filter(Boolean)
    .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
    .toSorted()
    .join('&')
  const isS3 = service === 's3'
  const path = request.url.pathname.split('/')
  const canonical = [
    request.method,
    isS3 ? path.join('/') : path.map((segment) => encodeURIComponent(segment)).join('/'),
    query,
    ...signed.map((name) => `${name}:${request.headers[name]}`),
    '',
    names,
    isS3 ? request.headers['x-amz-content-sha256'] : sha256(request.body),
  ].join('\n')
  const text = ['AWS4-HMAC-SHA256', at, `${day}/${scope}/aws4_request`, sha256(canonical)].join('\n')
  const key = mac(mac(mac(mac(`AWS4${keys.secretAccessKey}`, day), region), service), 'aws4_request')
  const expected = mac(key, text).toString('hex')
  return { scope, reason: expected === signature ? undefined : 'SignatureDoesNotMatch' }
}

function aws(options: { now: () => number; xml?: boolean }) {
  const scopes: string[] = []
  const error = (code: string): DoubleAnswer => ({ status: 403, body: { Error: { Code: code } } })
  const double: Double = {
    origins: ['https://*.amazonaws.com'],
    answer(request) {
      const { scope, reason } = check(request, options.now())
      scopes.push(scope)
      if (reason !== undefined) return error(reason)
      if (request.url.hostname.startsWith('email.')) return { status: 200, body: { SendingEnabled: true } }
      if (request.url.searchParams.get('Action') !== 'GetCallerIdentity') return { status: 200, body: {} }
      assert.equal(request.url.searchParams.get('Version'), '2011-06-15')
      if (options.xml)
        return {
          status: 200,
          headers: { 'content-type': 'text/xml' },
          body: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${ARN}</Arn><UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
        }
      const GetCallerIdentityResult = { Arn: ARN, UserId: 'AIDA', Account: '123456789012' }
      return { status: 200, body: { GetCallerIdentityResponse: { GetCallerIdentityResult } } }
    },
  }
  return { double, scopes }
}

const worldOf = async (
  t: Parameters<typeof providerWorld>[0],
  slug: string,
  more: { xml?: boolean } = {},
) => {
  let now = 0
  const provider = aws({ now: () => now, ...more })
  const w = await providerWorld(t, provider.double, { slug })
  now = w.clock.now()
  return { w, ...provider }
}

for (const xml of [false, true])
  test(`H9, D2, aws: keys are tried at STS with a signature it accepts, and name the user (${xml ? 'XML' : 'JSON'})`, async (t) => {
    const { w, scopes } = await worldOf(t, 'aws', { xml })
    const account = await w.connectKeys({ ...keys, region: 'eu-central-1' })
    assert.equal(account.name, ARN)
    assert.deepEqual(account.credentials, { ...keys, region: 'eu-central-1' })
    assert.deepEqual([...new Set(scopes)], ['eu-central-1/sts'])
    assert.ok(!JSON.stringify(w.requests).includes(keys.secretAccessKey))
  })

test('H9, aws: a wrong secret and a clock that is far off are refused', async (t) => {
  const { w } = await worldOf(t, 'aws')
  const refused = await w.submitKeys({ ...keys, secretAccessKey: 'wrong' })
  assert.equal(refused.status, 400)
  assert.equal(((await refused.json()) as { code?: string }).code, 'keys_refused')
  const { credentials } = await w.connectKeys(keys)
  w.clock.advance(10 * 60_000)
  assert.equal((await w.call({ credentials }, { url: 'https://sts.amazonaws.com/?Action=X' })).status, 403)
})

test('H9, aws: region and service follow the host that is called; bodies, queries and odd paths are signed', async (t) => {
  const { w, scopes } = await worldOf(t, 'aws')
  const account = await w.connectKeys(keys)
  scopes.length = 0
  const calls = [
    { url: 'https://sqs.eu-west-1.amazonaws.com/1/q?Action=SendMessage&MessageBody=a+b%20%26c&Empty=' },
    { url: 'https://iam.amazonaws.com/?Version=2010-05-08&Action=ListUsers' },
    { url: 'https://bucket.s3.eu-west-1.amazonaws.com/a%20folder/file%24%C3%A4.txt', method: 'PUT' },
    { url: 'https://bucket.s3.amazonaws.com/plain?list-type=2&prefix=a/b' },
    { url: 'https://lambda.us-west-2.amazonaws.com/2015-03-31/functions/a%3Ab/invocations', method: 'POST' },
  ]
  for (const call of calls) assert.equal((await w.call(account, call)).status, 200, call.url)
  assert.deepEqual(scopes, [
    'eu-west-1/sqs',
    'us-east-1/iam',
    'eu-west-1/s3',
    'us-east-1/s3',
    'us-west-2/lambda',
  ])
  const form = {
    url: 'https://sqs.eu-west-1.amazonaws.com/',
    method: 'POST',
    encoding: 'form',
    body: { A: 'b c' },
  }
  assert.equal((await w.call(account, form)).status, 200)
  await assert.rejects(w.call(account, { url: 'https://example.com/' }), { code: 'aws_host_unknown' })
})

test('H9, H13, amazon_ses: the host says email, the signature ses', async (t) => {
  const { w, scopes } = await worldOf(t, 'amazon_ses')
  const account = await w.connectKeys({ ...keys, region: 'eu-west-1' })
  assert.equal(account.name, keys.accessKeyId)
  assert.deepEqual([...new Set(scopes)], ['eu-west-1/ses'])
  assert.equal(w.requests[0]?.url.href, 'https://email.eu-west-1.amazonaws.com/v2/email/account')
})
