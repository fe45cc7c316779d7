import type { Caller } from '../../platform/context.ts'

/** With what somebody did something, as far as it says so itself. */
export interface DeviceInfo {
  readonly browser: string | null
  readonly os: string | null
  readonly device_type: string | null
  readonly user_agent: string | null
  readonly ip_address: string | null
}

// The first that fits: browsers name those they want to be taken for too.
const BROWSERS: readonly (readonly [name: string, sign: RegExp])[] = [
  ['Edge', /\bEdg(?:e|A|iOS)?\//],
  ['Opera', /\b(?:OPR|Opera)\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|Chromium|CriOS|HeadlessChrome)\//],
  ['Safari', /\bSafari\//],
]

const SYSTEMS: readonly (readonly [name: string, sign: RegExp])[] = [
  ['iOS', /\b(?:iPhone|iPad|iPod)\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['macOS', /\bMac(?:intosh| OS X)\b/],
  ['Linux', /\bLinux\b/],
]

/** What a User-Agent tells; programs that are no browsers have neither browser nor kind. */
export function deviceInfo(caller: Caller | undefined): DeviceInfo {
  const userAgent = caller?.userAgent ?? null
  const text = userAgent ?? ''
  const browser = nameIn(BROWSERS, text)
  return {
    browser,
    os: nameIn(SYSTEMS, text),
    device_type: browser === null ? null : deviceType(text),
    user_agent: userAgent,
    ip_address: caller?.address ?? null,
  }
}

function nameIn(names: typeof BROWSERS, text: string): string | null {
  return names.find(([, sign]) => sign.test(text))?.[0] ?? null
}

function deviceType(text: string): string {
  if (/\biPad\b|\bTablet\b|\bAndroid\b(?!.*\bMobile\b)/.test(text)) return 'tablet'
  return /\bMobile\b|\biPhone\b/.test(text) ? 'mobile' : 'desktop'
}
