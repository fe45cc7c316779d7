import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Check, ChevronsUpDown, Plus } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { consoleApi } from '../api/client.ts'
import type { Organization } from '../api/types.ts'
import { meQuery, useMe, useOrganization } from '../app/organization.ts'
import { t } from '../messages/index.ts'
import { Button } from '../ui/button.tsx'
import { cx } from '../ui/classes.ts'
import { Buttons, Dialog } from '../ui/dialog.tsx'
import { Checkbox, Field, Input } from '../ui/field.tsx'
import { Menu, MenuItem, MenuRule } from '../ui/menu.tsx'
import { reasonOf } from '../ui/reason.ts'
import { toast } from '../ui/toast.tsx'

/** Which organization this is, live or sandbox, and the way to the others. */
export function OrganizationSwitcher() {
  const me = useMe()
  const here = useOrganization()
  const navigate = useNavigate()
  const [creating, setCreating] = useState(false)
  const isAdmin = me.organizations.some(organization => organization.roles.includes('admin'))
  return (
    <>
      <Menu
        align="start"
        trigger={
          <button type="button" className="flex items-center gap-2.5 rounded-md p-1.5 text-left hover:bg-sunk">
            <span className="sr-only">{t('org.switch')}</span>
            <Initial organization={here} />
            <span className="min-w-0 grow">
              <span className="block truncate leading-tight font-semibold">{here.name}</span>
              <Kind organization={here} />
            </span>
            <ChevronsUpDown size={14} aria-hidden className="text-faint" />
          </button>
        }
      >
        {me.organizations.map(organization => (
          <MenuItem
            key={organization.id}
            checked={organization.id === here.id}
            onSelect={() => void navigate({ to: `/app/${organization.slug}` })}
          >
            <Initial organization={organization} small />
            <span className="min-w-0 grow">
              <span className="block max-w-56 truncate leading-tight">{organization.name}</span>
              <Kind organization={organization} />
            </span>
            {organization.id === here.id && <Check size={15} aria-hidden className="text-accent" />}
          </MenuItem>
        ))}
        {isAdmin && (
          <>
            <MenuRule />
            <MenuItem icon={Plus} onSelect={() => setCreating(true)}>
              {t('org.create')}
            </MenuItem>
          </>
        )}
      </Menu>
      <CreateOrganization open={creating} onOpenChange={setCreating} />
    </>
  )
}

function Initial({ organization, small = false }: { readonly organization: Organization; readonly small?: boolean }) {
  return (
    <span
      aria-hidden
      className={cx(
        'grid shrink-0 place-items-center rounded-md font-semibold uppercase',
        small ? 'size-6 text-xs' : 'size-8',
        organization.sandbox ? 'bg-sandbox-wash text-sandbox' : 'bg-accent text-accent-ink',
      )}
    >
      {organization.name.slice(0, 1)}
    </span>
  )
}

function Kind({ organization }: { readonly organization: Organization }) {
  return (
    <span className={cx('block text-xs font-medium', organization.sandbox ? 'text-sandbox' : 'text-accent')}>
      {organization.sandbox ? t('org.sandbox') : t('org.live')}
    </span>
  )
}

function CreateOrganization({
  open,
  onOpenChange,
}: {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
}) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [failure, setFailure] = useState<string>()
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const name = String(form.get('name'))
    setBusy(true)
    setFailure(undefined)
    try {
      const { organization } = await consoleApi.post<{ organization: { id: string } }>('/api/organizations', {
        name,
        sandbox: form.get('sandbox') === 'on',
      })
      const me = await client.fetchQuery({ ...meQuery, staleTime: 0 })
      const created = me.organizations.find(candidate => candidate.id === organization.id)
      onOpenChange(false)
      toast(t('org.created', { name }))
      if (created !== undefined) await navigate({ to: `/app/${created.slug}` })
    } catch (error) {
      setFailure(reasonOf(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t('org.create.title')}>
      <form onSubmit={event => void submit(event)} className="flex flex-col gap-4">
        <Field label={t('org.create.name')}>
          <Input name="name" required autoFocus />
        </Field>
        <Checkbox name="sandbox" label={t('org.create.sandbox')} hint={t('org.create.sandbox_hint')} />
        {failure !== undefined && (
          <p role="alert" className="text-bad">
            {failure}
          </p>
        )}
        <Buttons>
          <Button onClick={() => onOpenChange(false)}>{t('common.cancel')}</Button>
          <Button kind="primary" type="submit" busy={busy}>
            {t('common.create')}
          </Button>
        </Buttons>
      </form>
    </Dialog>
  )
}
