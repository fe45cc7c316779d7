import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useEffect, useState } from 'react'
import { ApiFailure, consoleApi } from '../../api/client.ts'
import { landingOrganization, meQuery, useMe } from '../../app/organization.ts'
import { useUrlState } from '../../app/url-state.ts'
import { Mark } from '../../frame/mark.tsx'
import { t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { reasonOf } from '../../ui/reason.ts'

/** One form in the middle of the page, under the product's mark. */
function AccountPage({
  title,
  text,
  children,
}: {
  readonly title: string
  readonly text?: string
  readonly children: ReactNode
}) {
  useEffect(() => {
    document.title = `${title} · Weir`
  }, [title])
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col px-5 pt-[14vh] pb-10">
      <Mark />
      <h1 className="pt-8 text-2xl font-semibold tracking-tight">{title}</h1>
      {text !== undefined && <p className="pt-1.5 text-soft">{text}</p>}
      <div className="pt-6">{children}</div>
    </main>
  )
}

interface Form {
  readonly busy: boolean
  readonly failure: unknown
  /** The codes of what is wrong with a field. */
  errors(field: string): readonly string[] | undefined
  submit(event: FormEvent<HTMLFormElement>): void
}

/** Sends the values of a form and, when that worked, reads anew who is signed in. */
function useAccountForm(send: (values: Record<string, string>) => Promise<unknown>, then: () => void): Form {
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<unknown>()
  return {
    busy,
    failure,
    errors: field => (failure instanceof ApiFailure ? failure.details[field] : undefined),
    submit(event) {
      event.preventDefault()
      const values = Object.fromEntries(
        [...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value)]),
      )
      setBusy(true)
      setFailure(undefined)
      send(values)
        .then(async () => {
          client.clear()
          await client.fetchQuery(meQuery)
          then()
        })
        .catch(setFailure)
        .finally(() => setBusy(false))
    },
  }
}

function Problem({ children }: { readonly children: ReactNode }) {
  return (
    <p role="alert" className="text-bad">
      {children}
    </p>
  )
}

export function SignIn() {
  const navigate = useNavigate()
  const [{ next, email }] = useUrlState()
  const me = useMe()
  const form = useAccountForm(
    values => consoleApi.post('/auth/sign-in/email', { email: values.email, password: values.password }),
    // Only a path of this console: never an address that somebody put into a link.
    () => void navigate({ to: next?.startsWith('/app/') === true ? next : '/app' }),
  )
  const status = form.failure instanceof ApiFailure ? form.failure.status : undefined
  if (me.user !== null && landingOrganization(me) === undefined) {
    return (
      <AccountPage title={t('no_organization.title')} text={t('no_organization.text')}>
        <Button onClick={() => void consoleApi.post('/auth/sign-out').then(() => location.assign('/app'))}>
          {t('user.sign_out')}
        </Button>
      </AccountPage>
    )
  }
  return (
    <AccountPage title={t('sign_in.title')}>
      <form onSubmit={form.submit} className="flex flex-col gap-4">
        <Field label={t('account.email')}>
          <Input name="email" type="email" autoComplete="username" required autoFocus defaultValue={email} />
        </Field>
        <Field label={t('account.password')}>
          <Input name="password" type="password" autoComplete="current-password" required />
        </Field>
        {form.failure !== undefined && (
          <Problem>
            {status === 401 ? t('sign_in.wrong') : status === 429 ? t('sign_in.too_many') : reasonOf(form.failure)}
          </Problem>
        )}
        <Button kind="primary" type="submit" busy={form.busy} className="h-9">
          {t('sign_in.submit')}
        </Button>
        <p className="text-sm text-faint">{t('sign_in.forgotten')}</p>
      </form>
    </AccountPage>
  )
}

export function SignUp() {
  const navigate = useNavigate()
  const me = useMe()
  const form = useAccountForm(
    values => consoleApi.post('/api/sign_up', values),
    () => void navigate({ to: '/app' }),
  )
  const isClosed = !me.sign_up_open && me.user === null
  useEffect(() => {
    if (isClosed) void navigate({ to: '/app/login' })
  }, [isClosed, navigate])
  return (
    <AccountPage title={t('sign_up.title')} text={t('sign_up.text')}>
      <form onSubmit={form.submit} className="flex flex-col gap-4">
        <Field label={t('sign_up.organization')} errors={form.errors('organization_name')}>
          <Input name="organization_name" autoComplete="organization" required autoFocus />
        </Field>
        <Field label={t('account.name')}>
          <Input name="name" autoComplete="name" />
        </Field>
        <Field label={t('account.email')} errors={form.errors('email')}>
          <Input name="email" type="email" autoComplete="username" required />
        </Field>
        <NewPassword errors={form.errors('password')} />
        {form.failure instanceof ApiFailure && form.failure.code === 'sign_up_closed' && (
          <Problem>{t('sign_up.closed')}</Problem>
        )}
        <Button kind="primary" type="submit" busy={form.busy} className="h-9">
          {t('sign_up.submit')}
        </Button>
      </form>
    </AccountPage>
  )
}

function NewPassword({ errors }: { readonly errors: readonly string[] | undefined }) {
  return (
    <Field label={t('account.password')} hint={t('account.password_hint')} errors={errors}>
      <Input name="password" type="password" autoComplete="new-password" minLength={8} required />
    </Field>
  )
}

interface FoundInvitation {
  readonly invitation: { readonly email: string; readonly organization_name: string; readonly has_user: boolean }
}

export function Invitation() {
  const navigate = useNavigate()
  const { token = '' } = useParams({ strict: false }) as { token?: string }
  const me = useMe()
  const path = `/api/invitations/by_token/${encodeURIComponent(token)}`
  const found = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => consoleApi.get<FoundInvitation>(path),
    retry: false,
  })
  const form = useAccountForm(
    values => consoleApi.post(`${path}/accept`, values),
    () => void navigate({ to: '/app' }),
  )
  if (found.isPending) return null
  if (found.isError)
    return (
      <AccountPage title={t('error.not_found.title')} text={t('invitation.gone')}>
        {null}
      </AccountPage>
    )
  const { email, organization_name: organization, has_user: hasUser } = found.data.invitation
  const isMine = me.user?.email === email
  return (
    <AccountPage title={t('invitation.title', { organization })} text={t('invitation.text', { email })}>
      <form onSubmit={form.submit} className="flex flex-col gap-4">
        {!hasUser && (
          <>
            <Field label={t('account.name')}>
              <Input name="name" autoComplete="name" autoFocus />
            </Field>
            <NewPassword errors={form.errors('password')} />
          </>
        )}
        {me.user !== null && !isMine && <Problem>{t('invitation.other_user')}</Problem>}
        {form.failure !== undefined && <Problem>{reasonOf(form.failure)}</Problem>}
        {hasUser && !isMine ? (
          <Button
            kind="primary"
            className="h-9"
            onClick={() =>
              void navigate({ to: '/app/login', search: { next: `/app/invitation/${token}`, email } as never })
            }
          >
            {t('invitation.sign_in', { email })}
          </Button>
        ) : (
          <Button kind="primary" type="submit" busy={form.busy} className="h-9">
            {t('invitation.submit')}
          </Button>
        )}
      </form>
    </AccountPage>
  )
}
