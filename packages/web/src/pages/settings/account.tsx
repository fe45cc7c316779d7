import { type FormEvent, useState } from 'react'
import { ApiFailure, consoleApi } from '../../api/client.ts'
import { useMe } from '../../app/organization.ts'
import { t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { Facts, PageHeader, Section } from '../../ui/page.tsx'
import { reasonOf } from '../../ui/reason.ts'
import { toast } from '../../ui/toast.tsx'

/** The user's own: who they are here, and their password. */
export default function Account() {
  const { user } = useMe()
  return (
    <>
      <PageHeader title={t('account.title')} />
      <Section>
        <Facts
          items={[
            [t('account.name'), user?.name],
            [t('account.email'), user?.email],
          ]}
        />
      </Section>
      <Section title={t('account.change_password')}>
        <ChangePassword />
      </Section>
    </>
  )
}

function ChangePassword() {
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<unknown>()
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const values = new FormData(form)
    setBusy(true)
    setFailure(undefined)
    try {
      await consoleApi.post('/auth/change-password', {
        currentPassword: values.get('current'),
        newPassword: values.get('new'),
        revokeOtherSessions: true,
      })
      form.reset()
      toast(t('account.password_changed'))
    } catch (error) {
      setFailure(error)
    } finally {
      setBusy(false)
    }
  }
  const status = failure instanceof ApiFailure ? failure.status : undefined
  return (
    <form onSubmit={event => void submit(event)} className="flex max-w-sm flex-col gap-4">
      <Field label={t('account.current_password')}>
        <Input name="current" type="password" autoComplete="current-password" required />
      </Field>
      <Field
        label={t('account.new_password')}
        hint={t('account.password_hint')}
        errors={failure instanceof ApiFailure ? failure.details.newPassword : undefined}
      >
        <Input name="new" type="password" autoComplete="new-password" minLength={8} required />
      </Field>
      {failure !== undefined && status !== 422 && (
        <p role="alert" className="text-bad">
          {status === 400 ? t('account.wrong_password') : status === 429 ? t('sign_in.too_many') : reasonOf(failure)}
        </p>
      )}
      <div>
        <Button kind="primary" type="submit" busy={busy}>
          {t('account.change_password')}
        </Button>
      </div>
    </form>
  )
}
