import { listBillingEntities } from '../accounts/index.ts'
import { type Letter, writeMail } from '../emails/index.ts'
import type { Ctx } from '../platform/context.ts'
import { fileUrl } from '../platform/files/file-urls.ts'
import { addressesOf } from '../platform/mail/recipients.ts'
import { resourceOf } from './resources/index.ts'
import { type DataExport, findExport } from './store.ts'

/** Tells who asked for an export that it is there; nobody where a program did. */
export async function mailReady(tx: Ctx, row: DataExport): Promise<void> {
  const email = (await findExport(tx, row.id))?.user_email
  if (!email || row.file_key === null || row.expires_at === null) return
  await writeMail(tx, {
    cause: `data_export.completed:${row.id}`,
    kind: 'data_export.completed',
    objectId: row.id,
    sender: { name: 'Weir', address: await senderAddress(tx) },
    replyTo: null,
    recipients: { to: [email], cc: [], bcc: [] },
    letter: letterOf(row, fileUrl(tx.config, row.file_key, row.expires_at)),
    attachments: [],
  })
}

function letterOf(row: DataExport, url: string): Letter {
  const { name } = resourceOf(row.resource_type)
  const rows = row.rows_count.toLocaleString('en-US')
  const until = row.expires_at?.toString({ smallestUnit: 'minute' }).replace('T', ' ').replace('Z', ' UTC')
  return {
    lang: 'en',
    subject: `Your Weir ${name} export is ready!`,
    title: `Your export of ${name} is ready`,
    amount: row.rows_count === 1n ? '1 row' : `${rows} rows`,
    facts: [
      ['File', row.file_key?.split('/').at(-1) ?? ''],
      ['Available until', until ?? ''],
    ],
    link: { label: 'Download', url },
    footer: 'Sent with Weir',
  }
}

/** That of the installation, else of who issues the organization's invoices. */
async function senderAddress(tx: Ctx): Promise<string> {
  const [entity] = await listBillingEntities(tx)
  return tx.config.mailSender ?? addressesOf(entity?.email)[0] ?? `weir@${new URL(tx.config.publicUrl).hostname}`
}
