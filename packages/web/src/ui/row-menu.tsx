import type { ReactNode } from 'react'
import { t } from '../messages/index.ts'
import { Menu } from './menu.tsx'
import type { Column } from './table.tsx'

/**
 * The column of a table in which each row has its menu. With the row focused, M opens it, as do the keys for menus (`Table`).
 *
 * @param about what is in the menu of a row; it is only made when the menu opens
 */
export function menuColumn<Row>(about: {
  readonly label: (row: Row) => string
  readonly items: (row: Row) => ReactNode
}): Column<Row> {
  return {
    key: 'menu',
    head: <span className="sr-only">{t('common.more_actions')}</span>,
    action: true,
    cell: row => <Menu label={about.label(row)}>{about.items(row)}</Menu>,
  }
}
