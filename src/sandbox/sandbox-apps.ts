/** Owns the two apps of the sandbox provider, in the format of the catalogue, with this server's own address. */
import { publicBase, sandboxAddress } from './sandbox-address.ts'

/** What a layer of the catalogue says about one app; the catalogue's own `CatalogPatch` has this shape. */
interface SandboxApp {
  name: string
  file: string
  content: object
}

/** http is allowed, because they are marked `sandbox`. */
export function sandboxApps(publicUrl: string): SandboxApp[] {
  const address = sandboxAddress(publicUrl)
  const host = new URL(publicBase(publicUrl)).host
  return [
    { name: 'acme', file: 'sandbox: acme', content: acme(address, host) },
    { name: 'acme_keys', file: 'sandbox: acme_keys', content: acmeKeys(address, host) },
  ]
}

const shared = {
  schema_version: 1,
  sandbox: true,
  categories: ['Developer Tools'],
}
const whoAmI = (address: string) => ({ method: 'GET', url: `${address}/api/me` })

const acme = (address: string, host: string) => ({
  ...shared,
  name: 'Acme (sandbox)',
  auth_type: 'oauth',
  description:
    'A practice provider built into this server, to try a connection with nothing registered anywhere',
  oauth: {
    version: 2,
    authorization_url: `${address}/oauth/authorize`,
    token_url: `${address}/oauth/token`,
    revocation: {
      method: 'POST',
      url: `${address}/oauth/revoke`,
      auth: 'client_basic',
      body: { token: '{{refresh_token ?? access_token}}' },
    },
    scopes: { default: ['read', 'profile'] },
    scope_profiles: { read_only: ['read', 'profile'], read_write: ['read', 'write', 'profile'] },
    pkce: 'required',
    client_auth: 'either',
    // Wide enough for every switch of the sandbox that changes the shape of an answer.
    token_response: {
      format: 'json_or_form',
      access_token: 'access_token | data.access_token',
      refresh_token: 'refresh_token | data.refresh_token',
      expires_in: 'expires_in | data.expires_in',
      granted_scopes: 'scope | data.scope',
      error_in_200: { error_field: 'error' },
    },
    lifecycle: {
      refresh_token_issued: 'depends',
      rotates: 'depends',
      access_ttl_s: 30,
      ignore_expires_in_zero: true,
      refresh_on_401: true,
    },
  },
  identity: { uid: '{{answer.id}}', name: '{{answer.email}}', request: whoAmI(address) },
  proxy: {
    base_url: `${address}/api`,
    allowed_domains: [host],
    auth: { type: 'header', name: 'Authorization', value: 'Bearer {{access_token}}' },
  },
  test_request: whoAmI(address),
  quirks: ['F1-rotating-refresh', 'G1-rfc7009', 'H1-bearer'],
})

const acmeKeys = (address: string, host: string) => ({
  ...shared,
  name: 'Acme with an API key (sandbox)',
  auth_type: 'keys',
  description: 'The practice provider again, for apps that are opened by a key',
  custom_fields: [
    {
      name: 'api_key',
      label: 'API key',
      type: 'password',
      description: 'Any value that starts with acme_ works, for example acme_demo_key',
    },
    {
      name: 'subdomain',
      label: 'Subdomain',
      description: 'Sent along as X-Acme-Subdomain; leave it empty if you like',
      required: false,
      pattern: '[a-z0-9-]{1,63}',
    },
  ],
  identity: { uid: '{{answer.id}}', name: '{{answer.name}}', request: whoAmI(address) },
  proxy: {
    base_url: `${address}/api`,
    allowed_domains: [host],
    auth: { type: 'header', name: 'X-Acme-Key', value: '{{custom_fields.api_key}}' },
    default_headers: { 'X-Acme-Subdomain': '{{custom_fields.subdomain?}}' },
  },
  test_request: whoAmI(address),
  quirks: ['H3-custom-header', 'H12-companion-headers'],
})
