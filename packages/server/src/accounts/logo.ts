import type { Ctx } from '../platform/context.ts'
import type { Problems } from '../platform/errors.ts'
import { fileKey, localFiles } from '../platform/files/file-store.ts'
import { type ImageSize, imageSize } from '../platform/files/image-size.ts'
import { newId } from '../platform/ids.ts'

const MOST_BYTES = 800 * 1024
const DATA_URI = /^data:image\/(png|jpe?g);base64,([A-Za-z0-9+/\s]+={0,2})\s*$/

/** The picture on what a billing entity issues. */
export interface NewLogo {
  readonly type: ImageSize['type']
  readonly bytes: Buffer
}

/**
 * A logo as a data URI of a PNG or a JPEG: null where the request removes it, undefined where it says nothing. What is wrong
 * is added to `problems`.
 */
export function readLogo(given: string | null | undefined, problems: Problems): NewLogo | null | undefined {
  if (given === undefined) return undefined
  if (given === null || given.trim() === '') return null
  const bytes = Buffer.from(DATA_URI.exec(given)?.[2] ?? '', 'base64')
  const size = imageSize(bytes)
  if (size === undefined) problems.add('logo', 'invalid_content_type')
  else if (bytes.length > MOST_BYTES) problems.add('logo', 'invalid_size')
  else return { type: size.type, bytes }
  return undefined
}

/** Keeps the file. @returns the column of the entity's row that changes, if any does */
export async function keepLogo(ctx: Ctx, logo: NewLogo | null | undefined): Promise<{ logo_file_key?: string | null }> {
  if (logo === undefined) return {}
  if (logo === null) return { logo_file_key: null }
  const key = fileKey(ctx.org.id, newId(), `logo.${logo.type}`)
  await localFiles(ctx.config.dataDir).put(key, logo.bytes)
  return { logo_file_key: key }
}
