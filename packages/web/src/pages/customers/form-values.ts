import type { FullCustomer } from '../../api/customers.ts'

const FIELDS = [
  'name',
  'firstname',
  'lastname',
  'customer_type',
  'email',
  'phone',
  'url',
  'legal_name',
  'legal_number',
  'tax_identification_number',
  'external_salesforce_id',
  'currency',
  'timezone',
] as const

const ADDRESS = ['address_line1', 'address_line2', 'city', 'zipcode', 'state', 'country'] as const
type AddressField = (typeof ADDRESS)[number]

export interface MetadataValue {
  readonly id: string | undefined
  readonly key: string
  readonly value: string
  readonly display_in_invoice: boolean
}

type Texts = Readonly<Record<(typeof FIELDS)[number] | AddressField | `shipping_${AddressField}`, string>>

/** A customer as it is typed: everything is a text, nothing is an empty one. */
export interface CustomerValues extends Texts {
  readonly external_id: string
  readonly account_type: string
  readonly billing_entity_code: string
  readonly ships_elsewhere: boolean
  readonly tax_codes: readonly string[]
  readonly metadata: readonly MetadataValue[]
}

export function valuesOf(customer: FullCustomer | undefined): CustomerValues {
  const shipping = customer?.shipping_address
  const texts = [
    ...[...FIELDS, ...ADDRESS].map(field => [field, customer?.[field] ?? '']),
    ...ADDRESS.map(field => [`shipping_${field}`, shipping?.[field] ?? '']),
  ]
  return {
    ...(Object.fromEntries(texts) as Texts),
    external_id: customer?.external_id ?? '',
    account_type: customer?.account_type ?? 'customer',
    billing_entity_code: customer?.billing_entity_code ?? '',
    ships_elsewhere: ADDRESS.some(field => shipping?.[field] != null),
    tax_codes: customer?.taxes.map(tax => tax.code) ?? [],
    metadata: (customer?.metadata ?? []).map(({ lago_id: id, key, value, display_in_invoice }) => ({
      id,
      key,
      value,
      display_in_invoice,
    })),
  }
}

/** The body that creates or changes a customer; what is empty is cleared. */
export function bodyOf(values: CustomerValues, start: CustomerValues) {
  const textOr = (text: string) => (text.trim() === '' ? null : text.trim())
  const shipping = (field: AddressField) => (values.ships_elsewhere ? textOr(values[`shipping_${field}`]) : null)
  const moved = values.billing_entity_code !== start.billing_entity_code
  const retaxed = values.tax_codes.join() !== start.tax_codes.join()
  return {
    customer: {
      external_id: values.external_id.trim(),
      ...Object.fromEntries([...FIELDS, ...ADDRESS].map(field => [field, textOr(values[field])])),
      shipping_address: Object.fromEntries(ADDRESS.map(field => [field, shipping(field)])),
      account_type: values.account_type,
      ...(moved && { billing_entity_code: values.billing_entity_code }),
      // A list of taxes replaces those that a VAT check gave: it is sent only where it was changed.
      ...(retaxed && { tax_codes: values.tax_codes }),
      metadata: values.metadata.map(({ id, ...rest }) => ({ ...rest, ...(id !== undefined && { id }) })),
    },
  }
}
