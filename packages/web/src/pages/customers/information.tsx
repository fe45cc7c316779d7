import type { Address } from '../../api/types.ts'
import { t, tWord } from '../../messages/index.ts'
import { InlineCode } from '../../ui/code.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Facts, Section } from '../../ui/page.tsx'
import type { CustomerProps } from './reads.ts'

/** All that is stored about a customer. */
export function Information({ customer }: CustomerProps) {
  const settings = customer.billing_configuration
  const days = (count: number | null) => (count === null ? null : t('customer.info.days', { count }))
  return (
    <div className="grid gap-x-12 lg:grid-cols-2">
      <Section title={t('customer.info.identity')}>
        <Facts
          items={[
            [t('common.name'), customer.name],
            [t('customers.type'), customer.customer_type && tWord('customer_type', customer.customer_type)],
            [t('customer.info.external_id'), <Id key="external" text={customer.external_id} />],
            [t('customer.info.lago_id'), <Id key="id" text={customer.lago_id} />],
            [t('customer.info.email'), customer.email],
            [t('customer.info.phone'), customer.phone],
            [t('customer.info.url'), customer.url],
            [t('customer.info.timezone'), customer.timezone ?? customer.applicable_timezone],
          ]}
        />
      </Section>
      <Section title={t('customer.info.billing')} className="lg:border-t-0 lg:pt-0">
        <Facts
          items={[
            [t('customer.info.legal_name'), customer.legal_name],
            [t('customer.info.legal_number'), customer.legal_number],
            [t('customer.info.tax_number'), customer.tax_identification_number],
            [t('customers.currency'), customer.currency],
            [t('customer.info.address'), lines(customer)],
            [t('customer.info.shipping'), customer.shipping_address && lines(customer.shipping_address)],
            [t('customer.info.entity'), customer.billing_entity_code],
            [t('customer.info.payment_term'), days(customer.net_payment_term)],
            [t('customer.info.grace'), days(settings.invoice_grace_period)],
            [t('customer.info.locale'), settings.document_locale],
            [t('customer.info.provider'), settings.payment_provider],
          ]}
        />
      </Section>
      {customer.metadata.length > 0 && (
        <Section title={t('customer.info.metadata')}>
          <Facts items={customer.metadata.map(({ key, value }) => [key, value] as const)} />
        </Section>
      )}
    </div>
  )
}

function Id({ text }: { readonly text: string }) {
  return (
    <span className="flex items-center gap-0.5">
      <InlineCode>{text}</InlineCode>
      <CopyButton text={text} label={t('common.copy_id')} />
    </span>
  )
}

function lines(address: Address) {
  const { address_line1: one, address_line2: two, zipcode, city, state, country } = address
  const parts = [
    one,
    two,
    [zipcode, city].filter(Boolean).join(' '),
    [state, country].filter(Boolean).join(', '),
  ].filter(Boolean)
  return parts.length === 0 ? null : <span className="whitespace-pre-line">{parts.join('\n')}</span>
}
