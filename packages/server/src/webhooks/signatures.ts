import { createHmac, type KeyObject } from 'node:crypto'
import { SignJWT } from 'jose'
import { getOrganization } from '../accounts/index.ts'
import type { Ctx } from '../platform/context.ts'
import { loadSigningKey } from './signing-key.ts'

export type SignatureAlgorithm = 'jwt' | 'hmac'

/** Signs the exact body that is sent. */
export type Sign = (body: string) => Promise<string>

/**
 * Base64 of the HMAC-SHA256 of the body.
 *
 * @param key the organization's HMAC key, taken as text
 */
export function signHmac(key: string, body: string): string {
  return createHmac('sha256', key).update(body, 'utf8').digest('base64')
}

/** A JWT (RS256) that carries the body as a string, and says which API sent it. It does not expire. */
export async function signJwt(key: KeyObject, issuer: string, body: string): Promise<string> {
  return new SignJWT({ data: body, iss: issuer }).setProtectedHeader({ alg: 'RS256' }).sign(key)
}

/** The signer of an endpoint's messages; it reads the key it needs once. */
export async function signerFor(ctx: Ctx, algorithm: SignatureAlgorithm): Promise<Sign> {
  if (algorithm === 'hmac') {
    const { hmac_key: key } = await getOrganization(ctx)
    return async body => signHmac(key, body)
  }
  const key = await loadSigningKey(ctx)
  return body => signJwt(key, ctx.config.publicUrl, body)
}

/** Base64 with a line feed after every 60 characters and at the end: how clients expect the public key. */
export function encodePublicKey(pem: string): string {
  return Buffer.from(pem, 'utf8')
    .toString('base64')
    .replace(/.{1,60}/g, line => `${line}\n`)
}
