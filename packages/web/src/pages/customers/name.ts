import type { Customer } from '../../api/types.ts'

/** What a customer is called: the name, else the person's, else the external id. */
export function customerName({
  name,
  firstname,
  lastname,
  external_id,
}: Pick<Customer, 'name' | 'firstname' | 'lastname' | 'external_id'>): string {
  return name || [firstname, lastname].filter(Boolean).join(' ') || external_id
}
