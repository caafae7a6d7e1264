/** Owns what the columns of the data model hold, see tables.ts. */

export type Milliseconds = number
export type Json = string

/** Sealed by the vault, see platform/crypto/vault.ts. */
export type Sealed = string
/** SHA-256 of a secret we only check, see platform/crypto/secrets.ts. */
export type Digest = string

export type EnvironmentName = 'development' | 'production'
