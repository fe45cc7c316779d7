import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'

/** SHA-256 of an API key. Keys are random UUIDs, so a plain digest is as strong as the key. */
export function hashKey(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}

function encryptionKey(secret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'weir encryption', 32))
}

/** AES-256-GCM under a key derived from WEIR_SECRET: 12 bytes nonce, 16 bytes tag, then the text. */
export function encrypt(secret: string, text: string): Buffer {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', encryptionKey(secret), nonce)
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), body])
}

/** Throws when WEIR_SECRET is not the one that encrypted the value. */
export function decrypt(secret: string, value: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', encryptionKey(secret), value.subarray(0, 12))
  decipher.setAuthTag(value.subarray(12, 28))
  return Buffer.concat([decipher.update(value.subarray(28)), decipher.final()]).toString('utf8')
}
