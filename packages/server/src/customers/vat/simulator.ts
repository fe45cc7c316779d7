import { parseVatNumber } from '@weir/engine'
import type { Clock } from '../../platform/clock/clock.ts'
import type { VatChecker } from './checker.ts'

/** Answers from the number itself: at `000` in the end nobody answers, else what is well formed is valid. */
export function simulatedChecker(clock: Clock): VatChecker {
  return {
    async check(taxNumber) {
      const parsed = parseVatNumber(taxNumber)
      if (taxNumber.trim().endsWith('000')) {
        const message = 'The VIES service is unavailable (simulated).'
        return { outcome: 'failed', isWellFormed: parsed !== undefined, error: 'service_unavailable', message }
      }
      if (parsed === undefined) return { outcome: 'invalid', isWellFormed: false }
      const requestDate = clock.now().toZonedDateTimeISO('UTC').toPlainDate().toString()
      return {
        outcome: 'valid',
        countryCode: parsed.countryCode,
        vatNumber: parsed.number,
        requestDate,
        name: null,
        address: null,
      }
    },
  }
}
