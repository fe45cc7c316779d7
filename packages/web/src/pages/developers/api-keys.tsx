import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useConsoleApi, useIsAdmin, useOrganization } from '../../app/organization.ts'
import { formatAgo, formatDay } from '../../format/dates.ts'
import { t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { Code, InlineCode } from '../../ui/code.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Buttons, ConfirmDialog, Dialog } from '../../ui/dialog.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { Load } from '../../ui/load.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { reasonOf } from '../../ui/reason.ts'
import { Table } from '../../ui/table.tsx'
import { toast } from '../../ui/toast.tsx'

interface ApiKey {
  readonly id: string
  readonly name: string | null
  readonly ending: string
  readonly created_at: string
  readonly last_used_at: string | null
}

export default function ApiKeys() {
  const api = useConsoleApi()
  const client = useQueryClient()
  const organization = useOrganization()
  const isAdmin = useIsAdmin()
  const queryKey = [organization.id, 'api_keys']
  const keys = useQuery({ queryKey, queryFn: () => api.get<{ api_keys: ApiKey[] }>('/api_keys'), enabled: isAdmin })
  const [creating, setCreating] = useState(false)
  const [revoking, setRevoking] = useState<ApiKey>()
  const refresh = () => client.invalidateQueries({ queryKey })
  if (!isAdmin) return <Empty page title={t('error.no_access.title')} text={t('error.no_access.text')} />
  return (
    <>
      <PageHeader
        title={t('api_keys.title')}
        facts={
          <span className="flex flex-wrap items-center gap-1">
            {t('api_keys.organization_id')} <InlineCode>{organization.id}</InlineCode>
            <CopyButton text={organization.id} label={t('common.copy_id')} />
          </span>
        }
        actions={
          <Button kind="primary" icon={Plus} onClick={() => setCreating(true)}>
            {t('api_keys.create')}
          </Button>
        }
      />
      <p className="max-w-prose pb-5 text-soft">{t('api_keys.text')}</p>
      <Load query={keys}>
        {data => (
          <Table
            label={t('api_keys.title')}
            rows={data.api_keys}
            rowKey={key => key.id}
            columns={[
              {
                key: 'name',
                head: t('common.name'),
                cell: key => <span className="font-medium">{key.name ?? t('api_keys.unnamed')}</span>,
              },
              { key: 'key', head: t('api_keys.key'), cell: key => <InlineCode>{`••••${key.ending}`}</InlineCode> },
              { key: 'created', head: t('common.created'), wide: true, cell: key => formatDay(key.created_at) },
              {
                key: 'used',
                head: t('api_keys.last_used'),
                wide: true,
                cell: key => (key.last_used_at === null ? t('api_keys.never') : formatAgo(key.last_used_at)),
              },
              {
                key: 'actions',
                head: <span className="sr-only">{t('common.more_actions')}</span>,
                action: true,
                cell: key => (
                  <Button kind="quiet" onClick={() => setRevoking(key)}>
                    {t('api_keys.revoke')}
                  </Button>
                ),
              },
            ]}
          />
        )}
      </Load>
      <CreateKey open={creating} onOpenChange={setCreating} onCreated={refresh} />
      <ConfirmDialog
        open={revoking !== undefined}
        onOpenChange={open => !open && setRevoking(undefined)}
        title={t('api_keys.revoke.title', { ending: revoking?.ending ?? '' })}
        affects={t('api_keys.revoke.affects', { name: revoking?.name ?? t('api_keys.this_key') })}
        confirm={t('api_keys.revoke')}
        onConfirm={async () => {
          await api.delete(`/api_keys/${revoking?.id}`)
          toast(t('api_keys.revoked'))
          await refresh()
        }}
      />
    </>
  )
}

function CreateKey({
  open,
  onOpenChange,
  onCreated,
}: {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly onCreated: () => Promise<void>
}) {
  const api = useConsoleApi()
  const [value, setValue] = useState<string>()
  const [busy, setBusy] = useState(false)
  const close = (next: boolean) => {
    onOpenChange(next)
    setValue(undefined)
  }
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    setBusy(true)
    try {
      const name = String(new FormData(event.currentTarget).get('name'))
      const { api_key: key } = await api.post<{ api_key: { value: string } }>('/api_keys', {
        name: name === '' ? null : name,
      })
      setValue(key.value)
      await onCreated()
    } catch (error) {
      toast(reasonOf(error), 'bad')
    } finally {
      setBusy(false)
    }
  }
  if (value !== undefined) {
    return (
      <Dialog
        open={open}
        onOpenChange={close}
        title={t('api_keys.created.title')}
        description={t('api_keys.created.text')}
      >
        <Code label={t('api_keys.key')}>{value}</Code>
        <Buttons>
          <Button kind="primary" onClick={() => close(false)}>
            {t('api_keys.created.done')}
          </Button>
        </Buttons>
      </Dialog>
    )
  }
  return (
    <Dialog open={open} onOpenChange={close} title={t('api_keys.create.title')}>
      <form onSubmit={event => void submit(event)} className="flex flex-col gap-4">
        <Field label={t('common.name')} optional={t('common.optional')} hint={t('api_keys.create.name_hint')}>
          <Input name="name" autoFocus />
        </Field>
        <Buttons>
          <Button onClick={() => close(false)}>{t('common.cancel')}</Button>
          <Button kind="primary" type="submit" busy={busy}>
            {t('common.create')}
          </Button>
        </Buttons>
      </form>
    </Dialog>
  )
}
