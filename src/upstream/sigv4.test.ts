import { test } from 'node:test'
import assert from 'node:assert/strict'
import { awsScopeOf } from './aws-scope.ts'
import { signSigV4, type SigV4Request } from './sigv4.ts'

/** The example credentials of AWS's signing test suite, and of the S3 API reference. */
const suite = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const s3 = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}
const suiteAt = Date.parse('2015-08-30T12:36:00Z')
const s3At = Date.parse('2013-05-24T00:00:00Z')
const service = { region: 'us-east-1', service: 'service' }
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

const get = (url: string, headers: Record<string, string> = {}): SigV4Request => ({
  method: 'GET',
  url: new URL(url),
  headers,
})

test('H9, aws: the vectors of AWS’s signing test suite', () => {
  const authorization = (request: SigV4Request) =>
    signSigV4(request, suite, service, suiteAt).headers['authorization']
  const expected = (signature: string) =>
    `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`
  assert.equal(
    authorization(get('https://example.amazonaws.com/')),
    expected('5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'),
    'get-vanilla',
  )
  assert.equal(
    authorization({ ...get('https://example.amazonaws.com/'), method: 'POST' }),
    expected('5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'),
    'post-vanilla',
  )
  assert.equal(
    authorization(get('https://example.amazonaws.com/?Param2=value2&Param1=value1')),
    expected('b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500'),
    'get-vanilla-query-order-key-case',
  )
})

test('H9, aws: the examples of the S3 API reference, a range and a key with a dollar sign', () => {
  const scope = awsScopeOf('examplebucket.s3.amazonaws.com')
  const signed = (request: SigV4Request) => signSigV4(request, s3, scope, s3At).headers['authorization'] ?? ''
  const range = get('https://examplebucket.s3.amazonaws.com/test.txt', {
    range: 'bytes=0-9',
    'x-amz-content-sha256': EMPTY,
  })
  assert.ok(
    signed(range).endsWith(
      'SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ),
  )
  const put = {
    method: 'PUT',
    url: new URL('https://examplebucket.s3.amazonaws.com/test%24file.text'),
    headers: {
      date: 'Fri, 24 May 2013 00:00:00 GMT',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
    },
  }
  assert.ok(
    signed(put).endsWith('Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd'),
  )
})

test('H9, aws: S3 takes the body unsigned, all others want its digest', () => {
  const request = { ...get('https://b.s3.eu-west-1.amazonaws.com/a%20b'), method: 'PUT', body: 'text' }
  const inS3 = signSigV4(request, s3, awsScopeOf(request.url.hostname), s3At)
  assert.equal(inS3.headers['x-amz-content-sha256'], 'UNSIGNED-PAYLOAD')
  assert.equal(inS3.url.pathname, '/a%20b')
  const elsewhere = { ...request, url: new URL('https://sqs.eu-west-1.amazonaws.com/') }
  const scope = awsScopeOf(elsewhere.url.hostname)
  const one = signSigV4(elsewhere, s3, scope, s3At).headers
  const other = signSigV4({ ...elsewhere, body: 'other' }, s3, scope, s3At).headers
  assert.equal(one['x-amz-content-sha256'], undefined)
  assert.notEqual(one['authorization'], other['authorization'])
})

test('H9, aws: a session token is sent and signed; what the caller brings in its place is dropped', () => {
  const request = get('https://sts.amazonaws.com/?b=x+y&a=1', {
    authorization: 'mine',
    'x-amz-security-token': 'mine',
    'x-amz-date': 'mine',
    'user-agent': 'me',
  })
  const scope = { region: 'us-east-1', service: 'sts' }
  const without = signSigV4(request, suite, scope, suiteAt)
  assert.equal(without.headers['x-amz-security-token'], undefined)
  assert.ok(!JSON.stringify(without.headers).includes('mine'))
  assert.equal(without.headers['user-agent'], 'me')
  // The blank has one spelling, the one that was signed.
  assert.equal(without.url.search, '?a=1&b=x%20y')
  const session = signSigV4(request, { ...suite, sessionToken: 'session' }, scope, suiteAt)
  assert.equal(session.headers['x-amz-security-token'], 'session')
  assert.ok(session.headers['authorization']?.includes('SignedHeaders=host;x-amz-date;x-amz-security-token,'))
})

test('H9: two slashes are signed as one, but for S3, where they are a part of the key', () => {
  const signature = (url: string, service: string) =>
    signSigV4(get(url), suite, { region: 'us-east-1', service }, suiteAt).headers['authorization']
  const host = 'https://example.amazonaws.com'
  assert.equal(signature(`${host}//a//b`, 'service'), signature(`${host}/a/b`, 'service'))
  assert.notEqual(signature(`${host}//a//b`, 's3'), signature(`${host}/a/b`, 's3'))
})

test('H9, aws, amazon_ses: region and service come from the host', () => {
  const hosts: Record<string, string> = {
    'sts.eu-central-1.amazonaws.com': 'sts eu-central-1',
    'sts.amazonaws.com': 'sts us-east-1',
    'sts-fips.us-east-2.amazonaws.com': 'sts us-east-2',
    'iam.amazonaws.com': 'iam us-east-1',
    'email.eu-west-1.amazonaws.com': 'ses eu-west-1',
    's3.amazonaws.com': 's3 us-east-1',
    's3.eu-west-1.amazonaws.com': 's3 eu-west-1',
    's3-eu-west-1.amazonaws.com': 's3 eu-west-1',
    's3.dualstack.eu-west-1.amazonaws.com': 's3 eu-west-1',
    'a.dotted.bucket.s3.ap-southeast-2.amazonaws.com': 's3 ap-southeast-2',
    'bucket.s3.amazonaws.com': 's3 us-east-1',
    'bucket.s3-accelerate.amazonaws.com': 's3 us-east-1',
    'abc123.execute-api.us-gov-west-1.amazonaws.com': 'execute-api us-gov-west-1',
    'search-x-abc.eu-west-1.es.amazonaws.com': 'es eu-west-1',
    'bedrock-runtime.us-west-2.amazonaws.com': 'bedrock us-west-2',
    'dynamodb.cn-north-1.amazonaws.com.cn': 'dynamodb cn-north-1',
    'lambda.eu-west-1.api.aws': 'lambda eu-west-1',
    'abc.lambda-url.eu-west-1.on.aws': 'lambda eu-west-1',
    'iot.eu-west-1.amazonaws.com': 'iot eu-west-1',
    'a1b2c3-ats.iot.eu-west-1.amazonaws.com': 'iotdata eu-west-1',
    'abc.appsync-api.eu-west-1.amazonaws.com': 'appsync eu-west-1',
    'runtime-v2-lex.eu-west-1.amazonaws.com': 'lex eu-west-1',
    'metering.marketplace.us-east-1.amazonaws.com': 'aws-marketplace us-east-1',
  }
  for (const [host, expected] of Object.entries(hosts)) {
    const { region, service: name } = awsScopeOf(host)
    assert.equal(`${name} ${region}`, expected, host)
  }
  for (const host of [
    'example.com',
    'amazonaws.com',
    'amazonaws.com.evil.example',
    '127.0.0.1',
    'eu-west-1.amazonaws.com',
  ])
    assert.throws(() => awsScopeOf(host), { code: 'aws_host_unknown' }, host)
})
