import { useState } from 'react'
import type { PlanUses } from '../../api/plans.ts'
import { t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { Buttons, Dialog } from '../../ui/dialog.tsx'
import { useUnitNames } from './charges-section.tsx'
import { type Change, type ChangeGroup, planChanges } from './plan-diff.ts'
import type { PlanDraft } from './plan-draft.ts'

/** What saving changes, for whom, and from when; and whether those with prices of their own follow. */
export function SaveDialog({
  before,
  after,
  uses,
  busy,
  onClose,
  onSave,
}: {
  readonly before: PlanDraft
  readonly after: PlanDraft
  readonly uses: PlanUses
  readonly busy: boolean
  readonly onClose: () => void
  readonly onSave: (cascade: boolean) => void
}) {
  const unitName = useUnitNames()
  const [cascade, setCascade] = useState(false)
  const groups = planChanges(before, after, unitName)
  const { overridden_subscriptions_count: overridden } = uses
  const concerned = uses.active_subscriptions_count + uses.pending_subscriptions_count - overridden
  return (
    <Dialog
      open
      onOpenChange={open => !open && onClose()}
      title={t('plans.save.title', { name: before.name })}
      description={
        <>
          <p className="font-medium text-ink">{t('plans.save.concerns', { count: concerned })}</p>
          {uses.active_subscriptions_count + uses.pending_subscriptions_count > 0 && <p>{t('plans.save.when')}</p>}
          {uses.draft_invoices_count > 0 && <p>{t('plans.save.drafts', { count: uses.draft_invoices_count })}</p>}
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {groups.map(group => (
          <Group key={group.key} group={group} />
        ))}
      </div>
      {overridden > 0 && (
        <RadioGroup
          label={t('plans.save.overridden', { count: overridden })}
          value={cascade ? 'follow' : 'keep'}
          onChange={choice => setCascade(choice === 'follow')}
          options={[
            { value: 'keep', label: t('plans.save.keep') },
            { value: 'follow', label: t('plans.save.follow'), hint: t('plans.save.follow_hint') },
          ]}
        />
      )}
      <Buttons>
        <Button onClick={onClose}>{t('plans.save.back')}</Button>
        <Button kind="primary" busy={busy} onClick={() => onSave(cascade)}>
          {t('plans.save.confirm')}
        </Button>
      </Buttons>
    </Dialog>
  )
}

function Group({ group }: { readonly group: ChangeGroup }) {
  return (
    <section className="border-t border-rule pt-2">
      <h3 className="font-medium">
        {group.title}
        {group.kind !== 'changed' && (
          <span className={group.kind === 'removed' ? 'ml-2 text-bad' : 'ml-2 text-good'}>
            {t(`plans.save.${group.kind}`)}
          </span>
        )}
      </h3>
      <dl>
        {group.changes.map(change => (
          <Line key={`${change.what} ${change.was} ${change.becomes}`} change={change} />
        ))}
      </dl>
    </section>
  )
}

function Line({ change: { what, was, becomes } }: { readonly change: Change }) {
  return (
    <div className="grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)] gap-x-3 py-0.5">
      <dt className="text-soft">{what}</dt>
      <dd className="tabular">
        {was !== undefined && <del className="text-faint">{was}</del>}
        {was !== undefined && becomes !== undefined && <span aria-hidden> → </span>}
        {becomes !== undefined && <ins className="font-medium no-underline">{becomes}</ins>}
      </dd>
    </div>
  )
}
