import type { Ctx } from '../platform/context.ts'
import { fileUrl } from '../platform/files/file-urls.ts'
import { formatCents, formatInstant } from '../platform/wire.ts'
import type { ListedExport } from './store.ts'

/** An export as the API shows it; the address of its file while there is one. */
export function serializeExport(ctx: Ctx, row: ListedExport) {
  return {
    lago_id: row.id,
    resource_type: row.resource_type,
    format: 'csv',
    status: row.status,
    filters: row.filters,
    total_count: formatCents(row.total_count),
    processed_count: formatCents(row.processed_count),
    rows_count: formatCents(row.rows_count),
    byte_size: formatCents(row.byte_size),
    file_name: row.file_key?.split('/').at(-1) ?? null,
    file_url: addressOf(ctx, row),
    error: row.status === 'failed' ? row.error : null,
    requested_by: row.user_email === null ? null : { name: row.user_name, email: row.user_email },
    created_at: formatInstant(row.created_at),
    completed_at: formatInstant(row.completed_at),
    expires_at: formatInstant(row.expires_at),
  }
}

function addressOf(ctx: Ctx, { status, file_key: key, expires_at: expiresAt }: ListedExport): string | null {
  if (status !== 'completed' || key === null || expiresAt === null) return null
  return Temporal.Instant.compare(ctx.clock.now(), expiresAt) < 0 ? fileUrl(ctx.config, key, expiresAt) : null
}
