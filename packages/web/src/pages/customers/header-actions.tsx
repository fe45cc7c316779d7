import { Pencil, ReceiptText, Repeat2, TicketPercent, Trash2, Wallet } from 'lucide-react'
import { useState } from 'react'
import type { Customer } from '../../api/types.ts'
import { useOrgNavigate } from '../../app/org-link.tsx'
import { useMay } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { Menu, MenuItem, MenuRule } from '../../ui/menu.tsx'
import { ApplyCoupon } from './apply-coupon.tsx'
import { DeleteCustomer } from './delete-customer.tsx'
import { WalletForm } from './wallet-form.tsx'

/** What can be done with a customer, from each of its tabs. */
export function HeaderActions({ customer }: { readonly customer: Customer }) {
  const go = useOrgNavigate()
  const may = useMay()
  const [doing, setDoing] = useState<'coupon' | 'wallet' | 'delete'>()
  const close = () => setDoing(undefined)
  const [writes, applies, fills] = [may('customer', 'write'), may('applied_coupon', 'write'), may('wallet', 'write')]
  const [subscribes, bills] = [may('subscription', 'write'), may('invoice', 'write')]
  const search = { customer: customer.external_id }
  return (
    <>
      {writes && (
        <Button icon={Pencil} onClick={() => go(paths.editCustomer(customer.external_id))}>
          {t('customer.edit')}
        </Button>
      )}
      {(writes || applies || fills || subscribes || bills) && (
        <Menu>
          {subscribes && (
            <MenuItem icon={Repeat2} onSelect={() => go(paths.newSubscription, search)}>
              {t('subscriptions.new')}
            </MenuItem>
          )}
          {bills && (
            <MenuItem icon={ReceiptText} onSelect={() => go(paths.newInvoice, search)}>
              {t('one_off.new')}
            </MenuItem>
          )}
          {applies && (
            <MenuItem icon={TicketPercent} onSelect={() => setDoing('coupon')}>
              {t('apply_coupon.action')}
            </MenuItem>
          )}
          {fills && (
            <MenuItem icon={Wallet} onSelect={() => setDoing('wallet')}>
              {t('wallet_form.create')}
            </MenuItem>
          )}
          {writes && (
            <>
              <MenuRule />
              <MenuItem icon={Trash2} danger onSelect={() => setDoing('delete')}>
                {t('customer.delete')}
              </MenuItem>
            </>
          )}
        </Menu>
      )}
      {doing === 'coupon' && <ApplyCoupon customer={customer} onClose={close} />}
      {doing === 'wallet' && <WalletForm customer={customer} wallet={undefined} onClose={close} />}
      {doing === 'delete' && <DeleteCustomer customer={customer} onClose={close} />}
    </>
  )
}
