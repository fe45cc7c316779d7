import type { Currency, Decimal } from '../money/index.ts'
import { currencyExponent, currencySubunits, decimal, floor, round, truncate } from '../money/index.ts'

/** Credits of a wallet and the money they stand for. */
export interface CreditsWorth {
  /** In units of the currency. */
  readonly amount: Decimal
  readonly amountCents: bigint
  /** 5 decimals. */
  readonly creditAmount: Decimal
}

/** What one credit is worth, in units of the wallet's currency. */
export interface WalletRate {
  readonly rateAmount: Decimal
  readonly currency: Currency
}

const CREDIT_DECIMALS = 5

/**
 * What credits that are bought or granted are worth, and how many there are then: as many as whole cents make.
 *
 * @example purchasedCredits(decimal('1.111'), { rateAmount: decimal('1.5'), currency: 'EUR' }) // 1.67 for 1.11333 credits
 */
export function purchasedCredits(credits: Decimal, rate: WalletRate): CreditsWorth {
  const amount = worthOf(credits, rate)
  return { amount, amountCents: centsOf(amount, rate), creditAmount: creditsFor(amount, rate) }
}

/** What credits that are given back are worth: the money is rounded to the cent, the credits are what was asked. */
export function voidedCredits(credits: Decimal, rate: WalletRate): CreditsWorth {
  const amount = worthOf(credits, rate)
  return { amount, amountCents: centsOf(amount, rate), creditAmount: floor(credits, CREDIT_DECIMALS) }
}

/**
 * The credits that pay for some money.
 *
 * @param cents may have a fraction, which is rounded
 * @example creditsForCents(decimal(1000), { rateAmount: decimal(3), currency: 'EUR' }) // 10.00 for 3.33333 credits
 */
export function creditsForCents(cents: Decimal, rate: WalletRate): CreditsWorth {
  const amountCents = truncate(round(cents, 0))
  const amount = decimal(amountCents).div(currencySubunits(rate.currency))
  return { amount, amountCents, creditAmount: creditsFor(amount, rate) }
}

/** Cents in credits, with 5 decimals: the balances that wallets show. */
export function centsInCredits(cents: Decimal, rate: WalletRate): Decimal {
  return round(cents.div(currencySubunits(rate.currency)).div(rate.rateAmount), CREDIT_DECIMALS)
}

/** Whether credits are so few that they are worth less than half a cent. */
export function roundsToZero(credits: Decimal, rate: WalletRate): boolean {
  const counted = floor(credits, CREDIT_DECIMALS)
  return counted.gt(0) && worthOf(counted, rate).isZero()
}

function worthOf(credits: Decimal, rate: WalletRate): Decimal {
  return round(floor(credits, CREDIT_DECIMALS).times(rate.rateAmount), currencyExponent(rate.currency))
}

function creditsFor(amount: Decimal, rate: WalletRate): Decimal {
  return round(amount.div(rate.rateAmount), CREDIT_DECIMALS)
}

function centsOf(amount: Decimal, rate: WalletRate): bigint {
  return truncate(amount.times(currencySubunits(rate.currency)))
}
