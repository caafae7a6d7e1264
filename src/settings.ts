/** Owns the table of settings: name, default, check and a sentence each. `docs/configuration.md` is generated from it. */
import { isIP } from 'node:net'

export interface Setting {
  name: string
  /** What the operator gets by setting it. */
  description: string
  /** Shown in the reference; `undefined` means not set. */
  default: string | undefined
  secret?: true
  /** @throws Error with the reason; the name is added by the reader */
  check?: (value: string) => void
}

const oneOf =
  (...allowed: string[]) =>
  (value: string) => {
    if (!allowed.includes(value)) throw new Error(`must be ${allowed.join(' or ')}`)
  }
const flag = oneOf('on', 'off')
const wholeNumber = (least: number, most: number) => (value: string) => {
  if (!/^\d{1,9}$/.test(value) || Number(value) < least || Number(value) > most) {
    throw new Error(`must be a whole number from ${least} to ${most}`)
  }
}
const publicUrl = (value: string) => {
  const url = URL.parse(value)
  if (
    !url ||
    !['http:', 'https:'].includes(url.protocol) ||
    url.search ||
    url.hash ||
    url.username ||
    url.password
  ) {
    throw new Error('must be an http(s) URL without query, fragment or user')
  }
}
const addressRanges = (value: string) => {
  for (const entry of value.split(',').map((one) => one.trim())) {
    const [address = '', bits = '0', ...rest] = entry.split('/')
    const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
    if (entry !== '' && (rest.length > 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > most))
      throw new Error('must be addresses or CIDR ranges such as 10.0.0.0/8, separated by commas')
  }
}
const pattern = (expression: RegExp, says: string) => (value: string) => {
  if (!expression.test(value)) throw new Error(`must be ${says}`)
}

const pem = pattern(
  /^-----BEGIN [A-Z ]+-----/,
  'PEM text, beginning with -----BEGIN; a file is named by the _FILE form',
)

/** Every setting there is. `docs/configuration.md` is generated from this table. */
export const settings: readonly Setting[] = [
  { name: 'PORT', default: '3000', description: 'Port to listen on.', check: wholeNumber(1, 65_535) },
  {
    name: 'HOST',
    default: '127.0.0.1',
    description:
      'Address to listen on. Anything but loopback without TLS or a trusted proxy is said aloud at start.',
  },
  {
    name: 'HEADGATE_PUBLIC_URL',
    default: undefined,
    description:
      'The address under which browsers and providers reach this server, for example `https://connect.example.com`. Links, callback addresses and the token issuer are built from it. Without it: `http://localhost:<PORT>`.',
    check: publicUrl,
  },
  {
    name: 'DATABASE_URL',
    default: undefined,
    secret: true,
    description: 'A `postgres://` URL (PostgreSQL 15 or newer). Without it: SQLite in `HEADGATE_DATA_DIR`.',
    check: pattern(/^(postgres(ql)?:\/\/|sqlite:)/, 'a postgres:// URL'),
  },
  {
    name: 'HEADGATE_DATA_DIR',
    default: './data',
    description: 'Folder of the embedded database: what a backup takes.',
  },
  {
    name: 'HEADGATE_KEYS',
    default: undefined,
    secret: true,
    description:
      'Keys of the vault: `id:base64` of 32 bytes each, separated by commas, the newest first. Without it they are read from `HEADGATE_KEYS_PATH`.',
  },
  {
    name: 'HEADGATE_KEYS_PATH',
    default: './.headgate/keys',
    description:
      'File with the keys of the vault, mode 0600, made on the first start with an empty database. Keep a copy, apart from the backups of the data: without it no credential can be read.',
  },
  {
    name: 'NODE_ENV',
    default: undefined,
    description: '`production` turns the sandbox provider off unless it is asked for.',
  },
  {
    name: 'HEADGATE_SANDBOX',
    default: undefined,
    description:
      'The built-in sandbox provider, `on` or `off`. Without it: `on`, but `off` when `NODE_ENV=production`. Never offer it to real end users.',
    check: flag,
  },
  {
    name: 'HEADGATE_EPHEMERAL',
    default: 'off',
    description:
      '`on` keeps everything in memory and forgets it at the end; the same as `npm start -- --ephemeral`.',
    check: flag,
  },
  {
    name: 'HEADGATE_CATALOG_DIR',
    default: undefined,
    description:
      'Folder of app files (`<slug>.yaml`) and pictures (`logos/<slug>.svg` or `.png`) that add to the built-in catalogue or change it. Read again when it changes.',
  },
  {
    name: 'HEADGATE_SEED_FILE',
    default: undefined,
    description:
      'YAML file with projects, API clients and OAuth apps to create when they are missing; safe to repeat.',
  },
  {
    name: 'HEADGATE_SIGNING_ALGORITHM',
    default: 'EdDSA',
    description:
      'How access tokens are signed: `EdDSA` or `RS256`. A change makes a new signing key; issued tokens live on.',
    check: oneOf('EdDSA', 'RS256'),
  },
  {
    name: 'HEADGATE_LOG_LEVEL',
    default: 'info',
    description:
      'Least level that is logged: `trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`.',
    check: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
  },
  {
    name: 'HEADGATE_TRUSTED_PROXIES',
    default: '',
    description:
      'Addresses or CIDR ranges of reverse proxies whose `X-Forwarded-For` is believed, separated by commas. Empty: none is.',
    check: addressRanges,
  },
  {
    name: 'HEADGATE_TLS',
    default: 'off',
    description:
      '`local`: serve TLS with a certificate for this machine that is made by itself (`tls/local-cert.pem` in the data directory), because the SDK’s browser client always opens `https://`.',
    check: oneOf('off', 'local'),
  },
  {
    name: 'HEADGATE_TLS_CERT',
    default: undefined,
    description:
      'The certificate chain (PEM) to serve TLS directly; use `HEADGATE_TLS_CERT_FILE` to name a file. Goes with `HEADGATE_TLS_KEY`.',
    check: pem,
  },
  {
    name: 'HEADGATE_TLS_KEY',
    default: undefined,
    secret: true,
    description: 'The private key (PEM) for `HEADGATE_TLS_CERT`; use `HEADGATE_TLS_KEY_FILE` for a file.',
    check: pem,
  },
  {
    name: 'HEADGATE_EGRESS_ALLOW',
    default: '',
    description:
      'Targets in private networks that this server may call, separated by commas: `host`, `host:port` or a CIDR range. Everything private is refused otherwise.',
  },
  {
    name: 'HEADGATE_REFRESH_LOOP',
    default: 'on',
    description:
      '`on` refreshes tokens ahead of need and tries keys out in the background. `off` leaves it to other processes on the same database; a read still refreshes what is due.',
    check: flag,
  },
  {
    name: 'HEADGATE_REFRESH_CONCURRENCY',
    default: '32',
    description:
      'Background refreshes under way at once in this process; one provider gets no more than half of them.',
    check: wholeNumber(1, 1000),
  },
  {
    name: 'HEADGATE_REFRESH_RATE',
    default: '50',
    description: 'Background refreshes that this process starts in a second at one provider.',
    check: wholeNumber(1, 10_000),
  },
  {
    name: 'HEADGATE_KEY_CHECK_HOURS',
    default: '24',
    description:
      'Hours between two trials of an account’s keys, or of a token that cannot be refreshed, with the app’s test request.',
    check: wholeNumber(1, 8760),
  },
  {
    name: 'HEADGATE_EVENT_DAYS',
    default: '30',
    description:
      'How many days events and their deliveries are kept, for lists, streams and replays. A delivery is tried for one day before it is parked.',
    check: wholeNumber(2, 3650),
  },
  {
    name: 'HEADGATE_POOL_SIZE',
    default: '10',
    description: 'Connections to PostgreSQL per process.',
    check: wholeNumber(2, 500),
  },
  {
    name: 'HEADGATE_TOKEN_FAILURES_PER_MINUTE',
    default: '30',
    description: 'Failed client authentications from one address in a minute before that address gets 429.',
    check: wholeNumber(1, 1_000_000),
  },
  {
    name: 'HEADGATE_BOOTSTRAP_PROJECT_ID',
    default: undefined,
    description: 'Id (`proj_…`) of the project made on first start.',
    check: pattern(/^proj_[0-9A-Za-z]{1,40}$/, 'proj_ and 1 to 40 letters or digits'),
  },
  {
    name: 'HEADGATE_BOOTSTRAP_CLIENT_ID',
    default: undefined,
    description: 'Id of the API client made on first start.',
    check: pattern(/^[0-9A-Za-z_-]{8,64}$/, '8 to 64 letters, digits, - or _'),
  },
  {
    name: 'HEADGATE_BOOTSTRAP_CLIENT_SECRET',
    default: undefined,
    secret: true,
    description: 'Secret of the API client made on first start: at least 32 random characters.',
    check: pattern(/^[\x21-\x7e]{32,256}$/, '32 to 256 printable characters without spaces'),
  },
  {
    name: 'HEADGATE_BOOTSTRAP_ADMIN_EMAIL',
    default: undefined,
    description: 'E-mail address of the administrator made on first start. Without it: `admin@localhost`.',
    check: pattern(/^[^\s@]{1,64}@[^\s@]{1,190}$/, 'an e-mail address'),
  },
  {
    name: 'HEADGATE_BOOTSTRAP_ADMIN_PASSWORD',
    default: undefined,
    secret: true,
    description:
      'Password of the administrator made on first start. Without it one is made up and printed once.',
    check: pattern(/^.{12,200}$/s, '12 to 200 characters'),
  },
]
