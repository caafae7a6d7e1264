/** Owns reading region and service, as a signature names them, out of the host of an AWS endpoint. */

import { BadRequest } from '../platform/errors.ts'

export interface AwsScope {
  region: string
  service: string
}

const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d+$/
/** Endpoints without a region are served from this one (AWS General Reference, "Global services"). */
const GLOBAL_REGION = 'us-east-1'
const SUFFIX = /\.(?:amazonaws\.com(?:\.cn)?|api\.aws|on\.aws)$/

/** Services whose name in a signature is not the one in their host. */
const SIGNING_NAMES: Readonly<Record<string, string>> = {
  email: 'ses',
  queue: 'sqs',
  pinpoint: 'mobiletargeting',
  'bedrock-runtime': 'bedrock',
  'bedrock-agent': 'bedrock',
  'bedrock-agent-runtime': 'bedrock',
  'lambda-url': 'lambda',
  's3-accelerate': 's3',
  's3-accesspoint': 's3',
  's3-control': 's3',
  'appsync-api': 'appsync',
  'models-v2-lex': 'lex',
  'runtime-v2-lex': 'lex',
  transcribestreaming: 'transcribe',
  marketplace: 'aws-marketplace',
}
/** These stand before their region: `search-x.eu-west-1.es.amazonaws.com`. */
const AFTER_REGION = new Set(['es', 'aoss', 'cloudsearch', 'rds', 'elasticache'])

/** @throws BadRequest `aws_host_unknown` for hosts that are none of AWS, or whose service cannot be told */
export function awsScopeOf(hostname: string): AwsScope {
  const bare = hostname.replace(SUFFIX, '')
  if (bare === hostname || bare === '') throw unknownHost(hostname)
  const labels = bare.split('.').filter((label) => label !== 'dualstack')
  const at = labels.findLastIndex((label) => REGION.test(label))
  const region = labels[at] ?? GLOBAL_REGION
  const after = labels[at + 1]
  if (at >= 0 && after !== undefined && AFTER_REGION.has(after)) return { region, service: after }
  const name = at < 0 ? labels.at(-1) : labels[at - 1]
  if (name === undefined) throw unknownHost(hostname)
  // The devices of an account have a host below that of the service itself.
  if (name === 'iot' && at > 1) return { region, service: 'iotdata' }
  return scopeOf(name.replace(/-fips$|^fips-/, ''), region)
}

function scopeOf(name: string, region: string): AwsScope {
  // The old form of a bucket's region: s3-eu-west-1.amazonaws.com.
  const oldRegion = /^s3-(.+)$/.exec(name)?.[1]
  if (oldRegion !== undefined && REGION.test(oldRegion)) return { region: oldRegion, service: 's3' }
  return { region, service: SIGNING_NAMES[name] ?? name }
}

const unknownHost = (hostname: string) =>
  new BadRequest(`${hostname} names no AWS service`, { code: 'aws_host_unknown' })
