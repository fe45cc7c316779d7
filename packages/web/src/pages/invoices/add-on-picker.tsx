import { formatMoney } from '../../format/money.ts'
import { t } from '../../messages/index.ts'
import { ListPicker } from '../../pickers/list-picker.tsx'

export interface AddOn {
  readonly lago_id: string
  readonly code: string
  readonly name: string
  readonly invoice_display_name: string | null
  readonly description: string | null
  readonly amount_cents: number
  readonly amount_currency: string
  readonly taxes: readonly { readonly code: string; readonly name: string }[]
}

/** An add-on of the catalogue, found by typing. */
export function AddOnPicker({
  chosen,
  onChoose,
}: {
  readonly chosen?: AddOn
  readonly onChoose: (addOn: AddOn) => void
}) {
  return (
    <ListPicker<AddOn>
      label={t('one_off.add_on')}
      placeholder={t('one_off.choose_add_on')}
      path="/add_ons"
      root="add_ons"
      chosen={chosen && optionOf(chosen)}
      onChange={onChoose}
      option={optionOf}
    />
  )
}

function optionOf({ code, name, amount_cents: cents, amount_currency: currency }: AddOn) {
  return { value: code, label: name, note: formatMoney(cents, currency) }
}
