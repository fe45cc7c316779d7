import { generateKeyPairSync } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, importSPKI, jwtVerify } from 'jose'
import { expect, test } from 'vitest'
import { encodeJson, encodePayload } from '../../src/webhooks/payload.ts'
import { encodePublicKey, signHmac, signJwt } from '../../src/webhooks/signatures.ts'

const body = '{"webhook_type":"demo.ping","object_type":"demo","organization_id":"0b1c","demo":{"ok":true}}'

test('a message names its type, object and organization, in this order', () => {
  const message = { webhookType: 'demo.ping', objectType: 'demo', organizationId: '0b1c', object: { ok: true } }
  expect(encodePayload(message)).toBe(body)
})

test('characters that receivers escape when they re-encode are escaped', () => {
  expect(encodeJson({ 'a<b': 'x>y & z\u2028\u2029é"\\' })).toBe(
    '{"a\\u003cb":"x\\u003ey \\u0026 z\\u2028\\u2029é\\"\\\\"}',
  )
  expect(JSON.parse(encodeJson({ text: '</script>&' }))).toEqual({ text: '</script>&' })
})

test('the HMAC signature is the Base64 of HMAC-SHA256 over the body', () => {
  expect(signHmac('3f0c2a5e-7d41-4c55-9b1e-5a2f6f1f0c77', body)).toBe('oj80CJIQHGzGzhoD8ny0v75/SF+kTnGbHLOpS+L/8TY=')
})

test('the JWT carries the body and the issuer, and nothing else', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const token = await signJwt(privateKey, 'https://billing.example.com', body)
  expect(decodeProtectedHeader(token)).toEqual({ alg: 'RS256' })
  expect(decodeJwt(token)).toEqual({ data: body, iss: 'https://billing.example.com' })
  await expect(jwtVerify(token, publicKey)).resolves.toBeDefined()
})

test('the public key is Base64 in lines of 60 characters, each ended by a line feed', async () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const encoded = encodePublicKey(pem)
  const lines = encoded.split('\n')
  expect(lines.pop()).toBe('')
  expect(lines.slice(0, -1).every(line => line.length === 60)).toBe(true)
  expect(lines.at(-1)?.length).toBeLessThanOrEqual(60)
  await expect(importSPKI(Buffer.from(encoded, 'base64').toString(), 'RS256')).resolves.toBeDefined()
})
