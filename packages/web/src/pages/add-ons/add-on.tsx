import { useParams } from '@tanstack/react-router'
import { Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { AddOn } from '../../api/catalog.ts'
import { apiCall } from '../../app/api-call.ts'
import { useOrgNavigate } from '../../app/org-link.tsx'
import { useMay } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useGet } from '../../app/queries.ts'
import { formatDay } from '../../format/dates.ts'
import { formatMoney } from '../../format/money.ts'
import { formatRate } from '../../format/numbers.ts'
import { t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { Code, InlineCode } from '../../ui/code.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Failure } from '../../ui/empty.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { Facts, PageHeader, Section } from '../../ui/page.tsx'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { DeleteObject } from '../catalogue/delete-object.tsx'

export default function AddOnPage() {
  const { code = '' } = useParams({ strict: false }) as { code?: string }
  const found = useGet<{ add_on: AddOn }>(`/add_ons/${encodeURIComponent(code)}`)
  if (found.isError) return <Failure page error={found.error} onRetry={() => void found.refetch()} />
  if (found.data === undefined) return <SkeletonLines lines={6} />
  return <Detail addOn={found.data.add_on} />
}

function Detail({ addOn }: { readonly addOn: AddOn }) {
  const go = useOrgNavigate()
  const mayWrite = useMay()('add_on', 'write')
  const [deleting, setDeleting] = useState(false)
  return (
    <>
      <PageHeader
        crumb={{ label: t('add_ons.title'), to: paths.addOns }}
        title={addOn.name}
        facts={
          <span className="flex items-center gap-0.5">
            <InlineCode>{addOn.code}</InlineCode>
            <CopyButton text={addOn.code} />
          </span>
        }
        actions={
          mayWrite && (
            <>
              <Button icon={Pencil} onClick={() => go(paths.editAddOn(addOn.code))}>
                {t('catalogue.edit')}
              </Button>
              <Menu>
                <MenuItem icon={Trash2} danger onSelect={() => setDeleting(true)}>
                  {t('common.delete')}
                </MenuItem>
              </Menu>
            </>
          )
        }
      />
      <Section>
        <Facts
          items={[
            [t('add_ons.price'), formatMoney(addOn.amount_cents, addOn.amount_currency)],
            [t('add_on.invoice_name'), addOn.invoice_display_name],
            [t('form.description'), addOn.description],
            [t('taxes.title'), addOn.taxes.map(({ name, rate }) => `${name} ${formatRate(rate)}`).join(', ')],
            [t('common.created'), formatDay(addOn.created_at)],
          ]}
        />
      </Section>
      <Section title={t('common.api_call')}>
        <Code label={t('common.api_call')}>
          {apiCall('POST', '/invoices', {
            invoice: {
              external_customer_id: 'acme',
              currency: addOn.amount_currency,
              fees: [{ add_on_code: addOn.code, units: 1 }],
            },
          })}
        </Code>
      </Section>
      {deleting && (
        <DeleteObject
          collection="add_ons"
          code={addOn.code}
          name={addOn.name}
          affects={({ plans, customers }) => t('add_on.delete.affects', { plans, customers })}
          onClose={() => setDeleting(false)}
          onDeleted={() => go(paths.addOns)}
        />
      )}
    </>
  )
}
