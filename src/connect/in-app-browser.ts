/** Owns recognising the browser inside another app, by what it says of itself: many providers refuse to let anybody sign in there. */

export interface InAppBrowser {
  /** Undefined: some app that does not name itself. */
  name: string | undefined
  system: 'android' | 'ios' | undefined
}

const NAMED: readonly (readonly [RegExp, string])[] = [
  [/\bInstagram\b/, 'Instagram'],
  [/\bBarcelona\b/, 'Threads'],
  [/\b(?:FBAN\/Messenger|FB_IAB\/Orca|FBAN\/MessengerForiOS)/, 'Messenger'],
  [/\b(?:FBAN|FBAV|FB_IAB)\b/, 'Facebook'],
  [/\bLinkedInApp\b/, 'LinkedIn'],
  [/\bLine\/[\d.]/, 'LINE'],
  [/\bMicroMessenger\//, 'WeChat'],
  [/\b(?:musical_ly|BytedanceWebview|TikTok|trill)(?:_|\b)/, 'TikTok'],
  [/\bSnapchat\b/, 'Snapchat'],
  [/\bPinterest\/(?:iOS|Android|0\.)|\[Pinterest\//, 'Pinterest'],
  [/\bTwitter for (?:iPhone|iPad|Android)\b|\bTwitterAndroid\b/, 'X'],
  [/\bKAKAOTALK\b/, 'KakaoTalk'],
  [/\bGSA\//, 'Google'],
]

/** Apps of Google's on iOS and Android open real tabs; this one shows its own window, but signing in works there. */
const HARMLESS = new Set(['Google'])

/** Undefined for a browser of its own. */
export function inAppBrowserOf(userAgent: string | undefined): InAppBrowser | undefined {
  if (userAgent === undefined) return undefined
  const system = /\bAndroid\b/.test(userAgent)
    ? 'android'
    : /\b(?:iPhone|iPad|iPod)\b/.test(userAgent)
      ? 'ios'
      : undefined
  const name = NAMED.find(([pattern]) => pattern.test(userAgent))?.[1]
  if (name !== undefined) return HARMLESS.has(name) ? undefined : { name, system }
  // Android says so by `wv`; on iOS every browser of its own names itself where a view in an app does not.
  const isAndroidView = system === 'android' && /;\s?wv\)/.test(userAgent)
  const isAppleView =
    system === 'ios' &&
    /AppleWebKit\//.test(userAgent) &&
    !/\b(?:Safari|CriOS|FxiOS|EdgiOS|OPT|OPiOS|DuckDuckGo|YaBrowser)\//.test(userAgent)
  return isAndroidView || isAppleView ? { name: undefined, system } : undefined
}
