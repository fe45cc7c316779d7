import type { Domain } from '../platform/module.ts'
import { taxRoutes } from './routes.ts'

export { billingEntityTaxes } from './billing-entities.ts'
export { generateEuTaxes, getEuTax, isEuTaxCode } from './eu-taxes.ts'
export { type AppliedTax, applicableTaxes, getTaxesOfCustomers, type Taxpayer } from './fee-taxes.ts'
export { getTaxesOf, replaceTaxes, setTaxes, setTaxesOfMany, type TaxOwner } from './links.ts'
export { serializeTax } from './serialize.ts'
export { findKnownTaxes, findTaxesByCodes, type Tax } from './store.ts'

/** Rates, and what has them. Which of them apply to a fee is for invoices to say. */
export const taxes: Domain = { routes: taxRoutes }
