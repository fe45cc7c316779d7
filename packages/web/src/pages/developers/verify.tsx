import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useConsoleApi, useIsAdmin, useOrganization } from '../../app/organization.ts'
import { useGet } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { Code, InlineCode } from '../../ui/code.tsx'
import { Load } from '../../ui/load.tsx'

const HMAC_SAMPLE = `import { createHmac, timingSafeEqual } from 'node:crypto'

// body: the text as it came, before anything parses it; signature: the header X-Lago-Signature
export function isGenuine(body, signature) {
  const expected = createHmac('sha256', process.env.WEIR_HMAC_KEY).update(body).digest('base64')
  return signature.length === expected.length && timingSafeEqual(Buffer.from(signature), Buffer.from(expected))
}`

const JWT_SAMPLE = `import { createPublicKey, verify } from 'node:crypto'

const key = createPublicKey(Buffer.from(process.env.WEIR_PUBLIC_KEY, 'base64'))

// body: the text as it came, before anything parses it; signature: the header X-Lago-Signature
export function isGenuine(body, signature) {
  const [head, claims, proof] = signature.split('.')
  const signed = Buffer.from(head + '.' + claims)
  if (!verify('RSA-SHA256', signed, key, Buffer.from(proof, 'base64url'))) return false
  return JSON.parse(Buffer.from(claims, 'base64url')).data === body
}`

/** How an endpoint knows that a message comes from here: the key, and a function that checks with it. */
export function Verify({ algorithm }: { readonly algorithm: string }) {
  const isHmac = algorithm === 'hmac'
  return (
    <div className="flex max-w-3xl flex-col gap-4">
      <p className="max-w-prose text-soft">{t(isHmac ? 'webhooks.verify.hmac' : 'webhooks.verify.jwt')}</p>
      {isHmac ? <HmacKey /> : <PublicKey />}
      <Code label={t('webhooks.verify.sample')}>{isHmac ? HMAC_SAMPLE : JWT_SAMPLE}</Code>
      <p className="max-w-prose text-sm text-faint">{t('webhooks.verify.more')}</p>
    </div>
  )
}

/** A key under the name that the sample reads it by. */
function Key({ name, children }: { readonly name: string; readonly children: string }) {
  return (
    <div className="flex flex-col gap-1.5">
      <InlineCode>{name}</InlineCode>
      <Code label={name}>{children}</Code>
    </div>
  )
}

function PublicKey() {
  const key = useGet<{ webhook: { public_key: string } }>('/webhooks/json_public_key')
  return <Load query={key}>{data => <Key name="WEIR_PUBLIC_KEY">{data.webhook.public_key.trim()}</Key>}</Load>
}

/** A secret: it is read and shown only when somebody asks for it. */
function HmacKey() {
  const api = useConsoleApi()
  const organization = useOrganization()
  const isAdmin = useIsAdmin()
  const [shown, setShown] = useState(false)
  const key = useQuery({
    queryKey: [organization.id, 'webhook_signing'],
    queryFn: () => api.get<{ webhook_signing: { hmac_key: string } }>('/webhook_signing'),
    enabled: isAdmin && shown,
  })
  if (!isAdmin) return null
  if (!shown) {
    return (
      <div className="flex items-center gap-3">
        <InlineCode>WEIR_HMAC_KEY</InlineCode>
        <Button onClick={() => setShown(true)}>{t('webhooks.verify.show_key')}</Button>
      </div>
    )
  }
  return <Load query={key}>{data => <Key name="WEIR_HMAC_KEY">{data.webhook_signing.hmac_key}</Key>}</Load>
}
