/** The time zones that organizations, billing entities and customers may live in: IANA names. */
export const TIME_ZONES: readonly string[] = `
  Africa/Algiers Africa/Cairo Africa/Casablanca Africa/Harare Africa/Johannesburg Africa/Monrovia Africa/Nairobi
  America/Argentina/Buenos_Aires America/Bogota America/Caracas America/Chicago America/Chihuahua America/Denver
  America/Guatemala America/Guyana America/Halifax America/Indiana/Indianapolis America/Juneau America/La_Paz
  America/Lima America/Los_Angeles America/Mazatlan America/Mexico_City America/Monterrey America/Montevideo
  America/New_York America/Nuuk America/Phoenix America/Puerto_Rico America/Regina America/Santiago
  America/Sao_Paulo America/St_Johns America/Tijuana Asia/Almaty Asia/Baghdad Asia/Baku Asia/Bangkok
  Asia/Chongqing Asia/Colombo Asia/Dhaka Asia/Hong_Kong Asia/Irkutsk Asia/Jakarta Asia/Jerusalem Asia/Kabul
  Asia/Kamchatka Asia/Karachi Asia/Kathmandu Asia/Kolkata Asia/Krasnoyarsk Asia/Kuala_Lumpur Asia/Kuwait
  Asia/Magadan Asia/Muscat Asia/Novosibirsk Asia/Riyadh Asia/Seoul Asia/Shanghai Asia/Singapore Asia/Srednekolymsk
  Asia/Taipei Asia/Tashkent Asia/Tbilisi Asia/Tehran Asia/Tokyo Asia/Ulaanbaatar Asia/Urumqi Asia/Vladivostok
  Asia/Yakutsk Asia/Yangon Asia/Yekaterinburg Asia/Yerevan Atlantic/Azores Atlantic/Cape_Verde
  Atlantic/South_Georgia Australia/Adelaide Australia/Brisbane Australia/Canberra Australia/Darwin
  Australia/Hobart Australia/Melbourne Australia/Perth Australia/Sydney Etc/GMT+12 Etc/UTC Europe/Amsterdam
  Europe/Athens Europe/Belgrade Europe/Berlin Europe/Bratislava Europe/Brussels Europe/Bucharest Europe/Budapest
  Europe/Copenhagen Europe/Dublin Europe/Helsinki Europe/Istanbul Europe/Kaliningrad Europe/Kyiv Europe/Lisbon
  Europe/Ljubljana Europe/London Europe/Madrid Europe/Minsk Europe/Moscow Europe/Paris Europe/Prague Europe/Riga
  Europe/Rome Europe/Samara Europe/Sarajevo Europe/Skopje Europe/Sofia Europe/Stockholm Europe/Tallinn
  Europe/Vienna Europe/Vilnius Europe/Volgograd Europe/Warsaw Europe/Zagreb Europe/Zurich Pacific/Apia
  Pacific/Auckland Pacific/Chatham Pacific/Fakaofo Pacific/Fiji Pacific/Guadalcanal Pacific/Guam Pacific/Honolulu
  Pacific/Majuro Pacific/Midway Pacific/Noumea Pacific/Pago_Pago Pacific/Port_Moresby Pacific/Tongatapu UTC
`
  .trim()
  .split(/\s+/)

const KNOWN: ReadonlySet<string> = new Set(TIME_ZONES)

// Not an IANA name, but the API's documentation spells it so.
const ALIASES: ReadonlyMap<string, string> = new Map([['GMT+12', 'Etc/GMT+12']])

/**
 * The IANA name of a time zone, as it is stored and computed with; undefined when the zone is not accepted.
 *
 * @example ianaTimeZone('GMT+12') // 'Etc/GMT+12'
 */
export function ianaTimeZone(name: string): string | undefined {
  const zone = ALIASES.get(name) ?? name
  return KNOWN.has(zone) ? zone : undefined
}
