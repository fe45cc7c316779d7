import type { Meta } from '../../api/types.ts'
import type { FullWallet, MovementPart, WalletMovement } from '../../api/wallets.ts'
import { OrgLink } from '../../app/org-link.tsx'
import { useMay } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useGet } from '../../app/queries.ts'
import { formatInstant } from '../../format/dates.ts'
import { formatMoney, formatPrice } from '../../format/money.ts'
import { t, tWord } from '../../messages/index.ts'
import { Load } from '../../ui/load.tsx'
import { Facts, Section } from '../../ui/page.tsx'
import { Status } from '../../ui/status.tsx'
import { Table } from '../../ui/table.tsx'
import { InvoiceLink } from './invoice-link.tsx'
import { creditsInWords } from './wallet-words.ts'

interface Props {
  readonly wallet: FullWallet
  readonly transactionId: string
  readonly zone: string
}

const PER_PAGE = 50
const QUERY = { include: ['invoice_number'] }

/** One movement of credits: what it was, where its credits came from or what they were used for. */
export function WalletTransactionDetail({ wallet, transactionId, zone }: Props) {
  const found = useGet<{ wallet_transaction: WalletMovement }>(`/wallet_transactions/${transactionId}`, QUERY)
  return (
    <Load query={found}>
      {({ wallet_transaction: movement }) => (
        <>
          <Section>
            <About movement={movement} wallet={wallet} zone={zone} />
          </Section>
          {movement.status === 'settled' && <Parts movement={movement} wallet={wallet} zone={zone} />}
        </>
      )}
    </Load>
  )
}

interface MovementProps {
  readonly movement: WalletMovement
  readonly wallet: FullWallet
  readonly zone: string
}

function About({ movement, wallet, zone }: MovementProps) {
  const may = useMay()
  const { currency } = wallet
  const remaining = movement.remaining_amount_cents
  const noteId = movement.lago_credit_note_id
  const voidedId = movement.lago_voided_invoice_id
  const link = 'text-accent hover:underline'
  return (
    <Facts
      items={[
        [t('common.status'), <Status key="status" kind="settlement" value={movement.status} />],
        [t('common.amount'), formatPrice(movement.amount, currency)],
        [t('transaction.credits'), creditsInWords(movement.credit_amount)],
        [t('transaction.remaining'), remaining === null ? null : formatMoney(remaining, currency)],
        [t('common.name'), movement.name],
        [t('transaction.source'), tWord('source', movement.source)],
        [t('transaction.invoice'), movement.invoice_number && <InvoiceLink key="invoice" {...movement} />],
        [
          t('transaction.voided_invoice'),
          voidedId && may('invoice', 'read') && (
            <OrgLink key="voided" to={paths.invoice(voidedId)} className={link}>
              {t('transaction.invoice')}
            </OrgLink>
          ),
        ],
        [
          t('transaction.credit_note'),
          noteId && may('credit_note', 'read') && (
            <OrgLink key="note" to={paths.creditNote(noteId)} className={link}>
              {t('transaction.note')}
            </OrgLink>
          ),
        ],
        [t('invoice.po_number'), movement.purchase_order_number],
        [t('common.created'), formatInstant(movement.created_at, zone)],
        [t('transaction.settled'), movement.settled_at && formatInstant(movement.settled_at, zone)],
        [t('transaction.failed'), movement.failed_at && formatInstant(movement.failed_at, zone)],
        ...movement.metadata.map(({ key, value }) => [key, value] as const),
      ]}
    />
  )
}

/** The other side of it: purchases and gifts that paid for a use, or the uses of a purchase or gift. */
function Parts({ movement, wallet, zone }: MovementProps) {
  const isUse = movement.transaction_type === 'outbound'
  const kind = isUse ? 'fundings' : 'consumptions'
  const parts = useGet<Record<string, MovementPart[]> & { meta: Meta }>(
    `/wallet_transactions/${movement.lago_id}/${kind}`,
    { ...QUERY, per_page: PER_PAGE },
  )
  const title = t(isUse ? 'transaction.funded_by' : 'transaction.used_for')
  return (
    <Section title={title}>
      <Load query={parts}>
        {data => {
          const rows = data[`wallet_transaction_${kind}`] ?? []
          const { total_count: count } = data.meta
          if (rows.length === 0) {
            return <p className="text-soft">{t(isUse ? 'transaction.funded_by_none' : 'transaction.used_for_none')}</p>
          }
          return (
            <>
              <Table
                label={title}
                rows={rows}
                rowKey={row => row.lago_id}
                columns={[
                  {
                    key: 'what',
                    head: t('customer.ledger.kind'),
                    cell: ({ wallet_transaction: other }) => (
                      <>
                        {tWord('ledger_kind', other.transaction_status)}
                        {other.name && <span className="block text-sm text-faint">{other.name}</span>}
                        <InvoiceLink {...other} />
                      </>
                    ),
                  },
                  {
                    key: 'date',
                    head: t('common.date'),
                    cell: row => formatInstant(row.wallet_transaction.created_at, zone),
                  },
                  {
                    key: 'amount',
                    head: t('common.amount'),
                    numeric: true,
                    cell: row => formatMoney(row.amount_cents, wallet.currency),
                  },
                ]}
              />
              {count > rows.length && (
                <p className="pt-3 text-sm text-faint">{t('transaction.more', { shown: rows.length, count })}</p>
              )}
            </>
          )
        }}
      </Load>
    </Section>
  )
}
