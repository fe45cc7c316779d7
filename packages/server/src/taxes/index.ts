import type { Domain } from '../platform/module.ts'
import { taxRoutes } from './routes.ts'

export { billingEntityTaxes } from './billing-entities.ts'
export { getTaxesOf, replaceTaxes, type TaxOwner } from './links.ts'
export { serializeTax } from './serialize.ts'
export { findTaxesByCodes, type Tax } from './store.ts'

/** Rates, and what has them. Which of them apply to a fee is for invoices to say. */
export const taxes: Domain = { routes: taxRoutes }
