import { createHmac, timingSafeEqual } from 'node:crypto'
import type { ResolvedConfig } from '../context.ts'

type Signer = Pick<ResolvedConfig, 'secret' | 'publicUrl'>

/**
 * The address that anybody who has it can download a file from.
 *
 * @param expiresAt until when, in the time of the file's organization, to the second. Without it, it does not expire: it stands
 * in webhooks and mails that are opened months later.
 */
export function fileUrl(config: Signer, key: string, expiresAt?: Temporal.Instant): string {
  const path = key.split('/').map(encodeURIComponent).join('/')
  const expires = expiresAt === undefined ? undefined : String(Math.floor(expiresAt.epochMilliseconds / 1000))
  const signature = signatureOf(config, key, expires).toString('base64url')
  const limit = expires === undefined ? '' : `expires=${expires}&`
  return `${config.publicUrl}/files/${path}?${limit}signature=${signature}`
}

/** What an address says beside the key. */
export interface FileSignature {
  readonly signature: string
  /** Seconds since 1970, as text; undefined in one that does not expire. */
  readonly expires: string | undefined
}

/** Whether the signature is the one of the key's address, with the limit that it has. */
export function isFileSignature(config: Signer, key: string, { signature, expires }: FileSignature): boolean {
  const [given, right] = [Buffer.from(signature, 'base64url'), signatureOf(config, key, expires)]
  return given.length === right.length && timingSafeEqual(given, right)
}

// Keys have no spaces: what is signed with a limit is never what is signed without one.
function signatureOf({ secret }: Signer, key: string, expires: string | undefined): Buffer {
  const limit = expires === undefined ? '' : ` until ${expires}`
  return createHmac('sha256', secret).update(`weir file ${key}${limit}`).digest()
}
