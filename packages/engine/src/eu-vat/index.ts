export {
  decideEuTax,
  type EuDecision,
  type EuSale,
  minutesBeforeNextCheck,
  taxByCountry,
  taxOfBusiness,
} from './decide.ts'
export { EU_COUNTRIES, type EuTax, euTaxes } from './rates.ts'
export { parseVatNumber, type VatNumber } from './vat-number.ts'
