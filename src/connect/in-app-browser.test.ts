/** Which browsers are inside another app: user agents as these programs send them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inAppBrowserOf } from './in-app-browser.ts'

const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)'
const ANDROID_VIEW =
  'Mozilla/5.0 (Linux; Android 14; SM-S918B Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/130.0.6723.107 Mobile Safari/537.36'

test('the browser inside an app is recognised, and named where it names itself', () => {
  const inside: [userAgent: string, name: string | undefined, system: string | undefined][] = [
    [`${IPHONE} Mobile/22B83 Instagram 356.0.0.36.103 (iPhone15,2; iOS 18_1; en_US)`, 'Instagram', 'ios'],
    [`${ANDROID_VIEW} Instagram 357.1.0.52.100 Android (34/14; 450dpi)`, 'Instagram', 'android'],
    [`${IPHONE} Mobile/22B83 Barcelona 357.0.0.22.101 (iPhone15,2; iOS 18_1)`, 'Threads', 'ios'],
    [`${IPHONE} Mobile/22B83 [FBAN/FBIOS;FBAV/490.1.0.42.108;FBBV/661;FBDV/iPhone15,2]`, 'Facebook', 'ios'],
    [`${ANDROID_VIEW} [FB_IAB/FB4A;FBAV/490.0.0.63.82;]`, 'Facebook', 'android'],
    [`${ANDROID_VIEW} [FB_IAB/Orca-Android;FBAV/483.0.0.40.109;]`, 'Messenger', 'android'],
    [`${IPHONE} Mobile/22B83 [LinkedInApp]/9.30.1503`, 'LinkedIn', 'ios'],
    [`${IPHONE} Mobile/22B83 Safari Line/14.19.2`, 'LINE', 'ios'],
    [`${ANDROID_VIEW} MicroMessenger/8.0.53.2740(0x28003541) WeChat/arm64 NetType/WIFI`, 'WeChat', 'android'],
    [
      `${IPHONE} Mobile/22B83 musical_ly_37.1.0 JsSdk/2.0 NetType/WIFI Channel/App Store BytedanceWebview/d8a21c6`,
      'TikTok',
      'ios',
    ],
    [`${ANDROID_VIEW} trill_370105 JsSdk/1.0 NetType/WIFI AppName/trill`, 'TikTok', 'android'],
    [`${IPHONE} Mobile/22B83 Snapchat/13.15.0.44 (like Safari/8617.2.4.10.8, panda)`, 'Snapchat', 'ios'],
    [`${IPHONE} Mobile/22B83 [Pinterest/iOS]`, 'Pinterest', 'ios'],
    [`${IPHONE} Mobile/22B83 Twitter for iPhone/10.64`, 'X', 'ios'],
    [`${ANDROID_VIEW} KAKAOTALK/11.1.2 (INAPP)`, 'KakaoTalk', 'android'],
    [ANDROID_VIEW, undefined, 'android'],
    [`${IPHONE} Mobile/22B83`, undefined, 'ios'],
    [
      'Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
      undefined,
      'ios',
    ],
  ]
  for (const [userAgent, name, system] of inside)
    assert.deepEqual(inAppBrowserOf(userAgent), { name, system }, userAgent)
})

test('a browser of its own is left alone', () => {
  const own = [
    `${IPHONE} Version/18.1 Mobile/15E148 Safari/604.1`,
    `${IPHONE} CriOS/130.0.6723.90 Mobile/15E148 Safari/604.1`,
    `${IPHONE} FxiOS/132.0 Mobile/15E148 Safari/605.1.15`,
    `${IPHONE} EdgiOS/130.0.2849.80 Version/18.0 Mobile/15E148 Safari/604.1`,
    `${IPHONE} GSA/341.3.692278309 Mobile/15E148 Safari/604.1`,
    `${IPHONE} Version/18.1 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15`,
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36',
    'Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36',
    'Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36',
    'Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0',
    'curl/8.9.1',
    '',
    undefined,
  ]
  for (const userAgent of own) assert.equal(inAppBrowserOf(userAgent), undefined, userAgent)
})
