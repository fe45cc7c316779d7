export type ExportedType = 'invoices' | 'invoice_fees' | 'credit_notes' | 'credit_note_items'

/** A list as a file. */
export interface DataExport {
  readonly lago_id: string
  readonly resource_type: ExportedType
  readonly status: 'pending' | 'processing' | 'completed' | 'failed'
  readonly filters: Readonly<Record<string, string | boolean | readonly string[]>>
  /** Of invoices or credit notes. */
  readonly total_count: number
  readonly processed_count: number
  readonly rows_count: number
  readonly byte_size: number
  readonly file_name: string | null
  /** While there is a file. */
  readonly file_url: string | null
  readonly error: string | null
  readonly requested_by: { readonly name: string; readonly email: string } | null
  readonly created_at: string
  readonly expires_at: string | null
}

export function isUnderWay({ status }: DataExport): boolean {
  return status === 'pending' || status === 'processing'
}
