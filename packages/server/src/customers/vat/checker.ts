import type { Ctx } from '../../platform/context.ts'
import { simulatedChecker } from './simulator.ts'
import { viesChecker } from './vies.ts'

/** Why nobody could say whether a number is valid. */
export type CheckFailure =
  | 'rate_limit'
  | 'timeout'
  | 'blocked'
  | 'invalid_requester'
  | 'service_unavailable'
  | 'member_state_unavailable'
  | 'unknown'

/** What is said of a VAT number. */
export type CheckAnswer =
  | {
      readonly outcome: 'valid'
      readonly countryCode: string
      readonly vatNumber: string
      /** `YYYY-MM-DD` */
      readonly requestDate: string
      /** Null where the member state does not tell. */
      readonly name: string | null
      readonly address: string | null
    }
  | { readonly outcome: 'invalid'; readonly isWellFormed: boolean }
  | {
      readonly outcome: 'failed'
      readonly isWellFormed: boolean
      readonly error: CheckFailure
      readonly message: string
    }

/** Whoever knows which VAT numbers there are. It never throws for what the other side does. */
export interface VatChecker {
  check(taxNumber: string): Promise<CheckAnswer>
}

/** The service of the European Commission; a sandbox never asks it. */
export function vatCheckerOf(ctx: Ctx): VatChecker {
  return ctx.org.sandbox ? simulatedChecker(ctx.clock) : viesChecker(ctx.config.viesUrl)
}
