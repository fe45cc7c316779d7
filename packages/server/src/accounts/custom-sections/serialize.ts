import { formatInstant } from '../../platform/wire.ts'
import type { SelectedSection } from './selection.ts'
import type { CustomSection } from './store.ts'

/** A section as customers and billing entities show those that are printed. */
export function serializeSection(section: CustomSection) {
  return {
    lago_id: section.id,
    code: section.code,
    name: section.name,
    description: section.description ?? '',
    details: section.details ?? '',
    display_name: section.display_name ?? '',
    organization_id: section.organization_id,
  }
}

/** A section by itself. */
export function serializeSectionDetail(section: CustomSection) {
  return {
    ...serializeSection(section),
    created_at: formatInstant(section.created_at),
    updated_at: formatInstant(section.updated_at),
  }
}

/** A section as subscriptions, wallets, rules and transactions show that they selected it. */
export function serializeSelectedSection({ id, selectedAt, section }: SelectedSection) {
  return {
    lago_id: id,
    created_at: formatInstant(selectedAt),
    invoice_custom_section_id: section.id,
    invoice_custom_section: serializeSection(section),
  }
}
