import { type FormEvent, useState } from 'react'
import { ApiFailure } from '../../api/client.ts'
import { useConsoleApi, useOrganization } from '../../app/organization.ts'
import { type PlainKey, t, tWord } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { Code } from '../../ui/code.tsx'
import { Buttons, Dialog } from '../../ui/dialog.tsx'
import { Checkbox, Field, Input } from '../../ui/field.tsx'
import { reasonOf } from '../../ui/reason.ts'
import { toast } from '../../ui/toast.tsx'
import type { Member } from './team.tsx'

const ROLES: readonly (readonly [role: string, hint: PlainKey])[] = [
  ['admin', 'team.role.admin_hint'],
  ['finance', 'team.role.finance_hint'],
  ['manager', 'team.role.manager_hint'],
]

function RoleChoice({
  held,
  errors = [],
}: {
  readonly held: readonly string[]
  readonly errors?: readonly string[] | undefined
}) {
  return (
    <fieldset className="flex flex-col gap-2.5">
      <legend className="pb-2 text-sm font-medium">{t('team.role')}</legend>
      {ROLES.map(([role, hint]) => (
        <Checkbox
          key={role}
          name="roles"
          value={role}
          defaultChecked={held.includes(role)}
          label={tWord('role', role)}
          hint={t(hint)}
        />
      ))}
      {errors.length > 0 && (
        <p role="alert" className="text-sm text-bad">
          {errors.map(code => tWord('code', code)).join('. ')}
        </p>
      )}
    </fieldset>
  )
}

/** The values of the form, the failure of the last try, and the try itself. */
function useSubmit(send: (form: FormData) => Promise<void>) {
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<unknown>()
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    setBusy(true)
    setFailure(undefined)
    try {
      await send(new FormData(event.currentTarget))
    } catch (error) {
      setFailure(error)
    } finally {
      setBusy(false)
    }
  }
  const details = failure instanceof ApiFailure ? failure.details : {}
  const other = failure !== undefined && Object.keys(details).length === 0 ? reasonOf(failure) : undefined
  return {
    busy,
    details,
    other,
    reset: () => setFailure(undefined),
    submit: (event: FormEvent<HTMLFormElement>) => void submit(event),
  }
}

interface InviteProps {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly onInvited: () => Promise<void>
}

/** Makes the link that lets somebody join, and shows it this once. */
export function InviteMember({ open, onOpenChange, onInvited }: InviteProps) {
  const api = useConsoleApi()
  const { name: organization } = useOrganization()
  const [made, setMade] = useState<{ email: string; link: string }>()
  const form = useSubmit(async data => {
    const email = String(data.get('email'))
    const { token } = await api.post<{ token: string }>('/invitations', { email, roles: data.getAll('roles') })
    setMade({ email, link: `${location.origin}/app/invitation/${token}` })
    await onInvited()
  })
  const close = (next: boolean) => {
    onOpenChange(next)
    setMade(undefined)
    form.reset()
  }
  if (made !== undefined) {
    return (
      <Dialog
        open={open}
        onOpenChange={close}
        title={t('team.invited.title')}
        description={t('team.invited.text', { email: made.email })}
      >
        <Code label={t('team.invited.title')}>{made.link}</Code>
        <Buttons>
          <Button kind="primary" onClick={() => close(false)}>
            {t('team.invited.done')}
          </Button>
        </Buttons>
      </Dialog>
    )
  }
  return (
    <Dialog open={open} onOpenChange={close} title={t('team.invite.title', { organization })}>
      <form onSubmit={form.submit} className="flex flex-col gap-4">
        <Field label={t('team.invite.email')} errors={form.details.email}>
          <Input name="email" type="email" required autoFocus />
        </Field>
        <RoleChoice held={['manager']} errors={form.details.roles} />
        {form.other !== undefined && <Problem>{form.other}</Problem>}
        <Buttons>
          <Button onClick={() => close(false)}>{t('common.cancel')}</Button>
          <Button kind="primary" type="submit" busy={form.busy}>
            {t('team.invite.submit')}
          </Button>
        </Buttons>
      </form>
    </Dialog>
  )
}

interface EditProps {
  readonly member: Member
  readonly onClose: () => void
  readonly onChanged: () => Promise<void>
}

export function EditRoles({ member, onClose, onChanged }: EditProps) {
  const api = useConsoleApi()
  const form = useSubmit(async data => {
    await api.patch(`/members/${member.id}`, { roles: data.getAll('roles') })
    toast(t('team.changed'))
    onClose()
    await onChanged()
  })
  return (
    <Dialog
      open
      onOpenChange={open => !open && onClose()}
      title={t('team.edit.title', { name: member.name })}
      description={member.email}
    >
      <form onSubmit={form.submit} className="flex flex-col gap-4">
        <RoleChoice held={member.roles} errors={form.details.roles} />
        {form.other !== undefined && <Problem>{form.other}</Problem>}
        <Buttons>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button kind="primary" type="submit" busy={form.busy}>
            {t('common.save')}
          </Button>
        </Buttons>
      </form>
    </Dialog>
  )
}

function Problem({ children }: { readonly children: string }) {
  return (
    <p role="alert" className="text-bad">
      {children}
    </p>
  )
}
