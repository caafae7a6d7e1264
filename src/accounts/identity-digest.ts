/** Owns telling one person's accounts at a provider apart without storing whose they are. */
import { digest } from '../platform/crypto/secrets.ts'

export interface Identity {
  appSlug: string
  oauthAppId: string | null
  /** The provider's own id for the person; undefined where the app has no way to say it. */
  uid: string | undefined
}

/** Equal exactly when the same person was connected through the same client; null when nobody knows who it was. */
export const identityDigest = ({ appSlug, oauthAppId, uid }: Identity): string | null =>
  uid === undefined || uid === '' ? null : digest(JSON.stringify([appSlug, oauthAppId, uid]))
