import type { BillingEntity } from '../accounts/index.ts'
import type { Ctx } from '../platform/context.ts'
import { localFiles } from '../platform/files/file-store.ts'
import { imageSize } from '../platform/files/image-size.ts'
import type { Logo } from './printing/printed-document.ts'

/** The picture of who issues; null where there is none, or it cannot be read any more. */
export async function loadLogo(ctx: Ctx, entity: BillingEntity): Promise<Logo | null> {
  if (entity.logo_file_key === null) return null
  const bytes = await localFiles(ctx.config.dataDir).get(entity.logo_file_key)
  const size = bytes === undefined ? undefined : imageSize(bytes)
  if (bytes === undefined || size === undefined) return null
  return { bytes, type: size.type, ratio: size.width / size.height }
}
