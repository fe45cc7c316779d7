import { createHmac, timingSafeEqual } from 'node:crypto'
import type { ResolvedConfig } from '../context.ts'

type Signer = Pick<ResolvedConfig, 'secret' | 'publicUrl'>

/**
 * The address that anybody who has it can download a file from. It does not expire: it stands in webhooks and mails that
 * are opened months later.
 */
export function fileUrl(config: Signer, key: string): string {
  const path = key.split('/').map(encodeURIComponent).join('/')
  return `${config.publicUrl}/files/${path}?signature=${signatureOf(config, key).toString('base64url')}`
}

/** Whether the signature is the one of the key's address. */
export function isFileSignature(config: Signer, key: string, signature: string): boolean {
  const [given, right] = [Buffer.from(signature, 'base64url'), signatureOf(config, key)]
  return given.length === right.length && timingSafeEqual(given, right)
}

function signatureOf({ secret }: Signer, key: string): Buffer {
  return createHmac('sha256', secret).update(`weir file ${key}`).digest()
}
