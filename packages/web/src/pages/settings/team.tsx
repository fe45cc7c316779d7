import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Pencil, UserMinus, UserPlus } from 'lucide-react'
import { useState } from 'react'
import { useConsoleApi, useIsAdmin, useMe, useOrganization } from '../../app/organization.ts'
import { formatDay } from '../../format/dates.ts'
import { t, tWord } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Load } from '../../ui/load.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { PageHeader, Section } from '../../ui/page.tsx'
import { Badge } from '../../ui/status.tsx'
import { Table } from '../../ui/table.tsx'
import { toast } from '../../ui/toast.tsx'
import { EditRoles, InviteMember } from './team-dialogs.tsx'

export interface Member {
  readonly id: string
  readonly user_id: string
  readonly name: string
  readonly email: string
  readonly roles: readonly string[]
  readonly created_at: string
}

export interface OpenInvitation {
  readonly id: string
  readonly email: string
  readonly roles: readonly string[]
  readonly expires_at: string
}

interface TeamAnswer {
  readonly members: readonly Member[]
  readonly invitations: readonly OpenInvitation[]
}

/** Who belongs to the organization, with which roles, and who was invited. */
export default function Team() {
  const api = useConsoleApi()
  const client = useQueryClient()
  const organization = useOrganization()
  const isAdmin = useIsAdmin()
  const queryKey = [organization.id, 'members']
  const team = useQuery({ queryKey, queryFn: () => api.get<TeamAnswer>('/members'), enabled: isAdmin })
  const [inviting, setInviting] = useState(false)
  const [editing, setEditing] = useState<Member>()
  const [removing, setRemoving] = useState<Member>()
  const [revoking, setRevoking] = useState<OpenInvitation>()
  const refresh = () => client.invalidateQueries({ queryKey })
  if (!isAdmin) return <Empty page title={t('error.no_access.title')} text={t('error.no_access.text')} />
  return (
    <>
      <PageHeader
        title={t('team.title')}
        actions={
          <Button kind="primary" icon={UserPlus} onClick={() => setInviting(true)}>
            {t('team.invite')}
          </Button>
        }
      />
      <Load query={team}>
        {data => (
          <>
            <Section>
              <Members rows={data.members} onEdit={setEditing} onRemove={setRemoving} />
            </Section>
            <Section title={t('team.invitations')}>
              {data.invitations.length === 0 ? (
                <p className="text-soft">{t('team.invitations.none')}</p>
              ) : (
                <Invitations rows={data.invitations} onRevoke={setRevoking} />
              )}
            </Section>
          </>
        )}
      </Load>
      <InviteMember open={inviting} onOpenChange={setInviting} onInvited={refresh} />
      {editing !== undefined && (
        <EditRoles member={editing} onClose={() => setEditing(undefined)} onChanged={refresh} />
      )}
      <ConfirmDialog
        open={removing !== undefined}
        onOpenChange={open => !open && setRemoving(undefined)}
        title={t('team.remove.title', { name: removing?.name ?? '' })}
        affects={t('team.remove.affects', { email: removing?.email ?? '', organization: organization.name })}
        confirm={t('team.remove')}
        onConfirm={async () => {
          await api.delete(`/members/${removing?.id}`)
          toast(t('team.removed', { name: removing?.name ?? '' }))
          await refresh()
        }}
      />
      <ConfirmDialog
        open={revoking !== undefined}
        onOpenChange={open => !open && setRevoking(undefined)}
        title={t('team.revoke.title', { email: revoking?.email ?? '' })}
        affects={t('team.revoke.affects')}
        confirm={t('team.revoke')}
        onConfirm={async () => {
          await api.delete(`/invitations/${revoking?.id}`)
          toast(t('team.revoked'))
          await refresh()
        }}
      />
    </>
  )
}

function Roles({ roles }: { readonly roles: readonly string[] }) {
  return (
    <span className="flex flex-wrap gap-1">
      {roles.map(role => (
        <Badge key={role} tone={role === 'admin' ? 'accent' : 'quiet'}>
          {tWord('role', role)}
        </Badge>
      ))}
    </span>
  )
}

interface MembersProps {
  readonly rows: readonly Member[]
  readonly onEdit: (member: Member) => void
  readonly onRemove: (member: Member) => void
}

function Members({ rows, onEdit, onRemove }: MembersProps) {
  const { user } = useMe()
  return (
    <Table
      label={t('team.members')}
      rows={rows}
      rowKey={member => member.id}
      columns={[
        {
          key: 'name',
          head: t('common.name'),
          cell: member => (
            <>
              <span className="font-medium">{member.name}</span>
              {member.user_id === user?.id && <span className="ml-1.5 text-sm text-faint">({t('team.you')})</span>}
              <span className="block text-sm break-all text-faint">{member.email}</span>
            </>
          ),
        },
        { key: 'roles', head: t('team.role'), cell: member => <Roles roles={member.roles} /> },
        {
          key: 'joined',
          head: t('team.joined'),
          wide: true,
          numeric: true,
          cell: member => formatDay(member.created_at),
        },
        {
          key: 'actions',
          head: <span className="sr-only">{t('common.more_actions')}</span>,
          action: true,
          cell: member => (
            <Menu label={`${t('common.more_actions')}: ${member.name}`}>
              <MenuItem icon={Pencil} onSelect={() => onEdit(member)}>
                {t('team.edit')}
              </MenuItem>
              <MenuItem icon={UserMinus} danger onSelect={() => onRemove(member)}>
                {t('team.remove')}
              </MenuItem>
            </Menu>
          ),
        },
      ]}
    />
  )
}

function Invitations({
  rows,
  onRevoke,
}: {
  readonly rows: readonly OpenInvitation[]
  readonly onRevoke: (invitation: OpenInvitation) => void
}) {
  return (
    <Table
      label={t('team.invitations')}
      rows={rows}
      rowKey={invitation => invitation.id}
      columns={[
        {
          key: 'email',
          head: t('team.invite.email'),
          cell: invitation => <span className="break-all">{invitation.email}</span>,
        },
        { key: 'roles', head: t('team.role'), cell: invitation => <Roles roles={invitation.roles} /> },
        {
          key: 'expires',
          head: t('team.expires'),
          wide: true,
          numeric: true,
          cell: invitation => formatDay(invitation.expires_at),
        },
        {
          key: 'actions',
          head: <span className="sr-only">{t('common.more_actions')}</span>,
          action: true,
          cell: invitation => (
            <Button kind="quiet" onClick={() => onRevoke(invitation)}>
              {t('team.revoke')}
            </Button>
          ),
        },
      ]}
    />
  )
}
