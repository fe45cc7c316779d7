import { useSyncExternalStore } from 'react'
import type { DemoLine, DemoProgress, DemoSummary } from '../../api/demo.ts'
import { meQuery, useConsoleApi } from '../../app/organization.ts'
import { queryClient } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'
import { reasonOf } from '../../ui/reason.ts'

/** The loading of the demo data, from the click on. */
export interface DemoLoad {
  readonly progress: DemoProgress | undefined
  readonly summary: DemoSummary | undefined
  readonly error: string | undefined
}

/** Outlives the page: one may look around while the year goes by. */
const loads = new Map<string, DemoLoad>()
const listeners = new Set<() => void>()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The loading of this organization's demo data, if it was started from here, and what starts it. */
export function useDemoLoad(): { readonly load: DemoLoad | undefined; start(): void; dismiss(): void } {
  const api = useConsoleApi()
  const id = api.organizationId
  const load = useSyncExternalStore(subscribe, () => loads.get(id))
  const set = (next: DemoLoad | undefined) => {
    if (next === undefined) loads.delete(id)
    else loads.set(id, next)
    for (const listener of listeners) listener()
  }
  const run = async () => {
    let state: DemoLoad = { progress: undefined, summary: undefined, error: undefined }
    set(state)
    try {
      await api.follow<DemoLine>('/demo_data', line => {
        state = { ...state, ...line }
        set(state)
      })
      if (state.summary === undefined && state.error === undefined) set({ ...state, error: t('home.demo.lost') })
    } catch (error) {
      set({ ...state, error: reasonOf(error) })
    }
    await queryClient.invalidateQueries({ queryKey: meQuery.queryKey })
    await queryClient.invalidateQueries({ queryKey: [id] })
  }
  return { load, start: () => void run(), dismiss: () => set(undefined) }
}
