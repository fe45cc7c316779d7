import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { Ctx } from '../platform/context.ts'
import { decrypt, encrypt } from '../platform/secrets.ts'
import { StartupError } from '../platform/startup-error.ts'

const NAME = 'webhook_signing'
const MODULUS_BITS = 2048

/** The key of the installation cannot be read. It is never replaced by a new one: receivers hold its public half. */
export class SigningKeyError extends StartupError {}

/**
 * The RSA key that signs the webhooks of the whole installation. The first call makes it; of several processes that do so
 * at once, one key wins and all of them get that one.
 *
 * @throws SigningKeyError when WEIR_SECRET is not the one that encrypted the key
 */
export async function loadSigningKey(ctx: Ctx): Promise<KeyObject> {
  const stored = (await readKey(ctx)) ?? (await makeKey(ctx))
  return createPrivateKey(decryptKey(ctx.config.secret, stored))
}

/** The public half as PEM (SubjectPublicKeyInfo). */
export async function loadPublicKey(ctx: Ctx): Promise<string> {
  return createPublicKey(await loadSigningKey(ctx)).export({ type: 'spki', format: 'pem' })
}

/** Says in the log, at the start, that the key cannot be read: otherwise it shows only once a message is to be signed. */
export async function warnOfLostSecret(system: Omit<Ctx, 'org'>): Promise<void> {
  const stored = await readKey(system)
  if (stored === undefined) return
  try {
    decryptKey(system.config.secret, stored)
  } catch (error) {
    if (!(error instanceof SigningKeyError)) throw error
    system.log.warn(`${error.message}; until then, webhooks with JWT signatures are not sent`)
  }
}

async function readKey(ctx: Pick<Ctx, 'db'>): Promise<Buffer | undefined> {
  const row = await ctx.db
    .selectFrom('installation_keys')
    .select('encrypted_value')
    .where('name', '=', NAME)
    .executeTakeFirst()
  return row?.encrypted_value
}

async function makeKey(ctx: Ctx): Promise<Buffer> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: MODULUS_BITS })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const made = encrypt(ctx.config.secret, pem)
  await ctx.db
    .insertInto('installation_keys')
    // The key belongs to the installation: its age does not follow anybody's test clock.
    .values({ name: NAME, encrypted_value: made, created_at: Temporal.Now.instant() })
    .onConflict(conflict => conflict.column('name').doNothing())
    .execute()
  return (await readKey(ctx)) ?? made
}

function decryptKey(secret: string, value: Buffer): string {
  try {
    return decrypt(secret, value)
  } catch (error) {
    throw new SigningKeyError(
      "WEIR_SECRET: it is not the secret that encrypted this database's webhook signing key; start Weir with the former one, which is in the file 'secret' of its data directory unless you chose it",
      { cause: error },
    )
  }
}
