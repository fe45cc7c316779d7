import type { ComponentType } from 'react'

/** A page of an organization: its path below the organization's slug, and its file, loaded when it is first opened. */
export interface PageRoute {
  readonly path: string
  readonly load: () => Promise<{ default: ComponentType }>
}
