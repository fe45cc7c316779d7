import { codeFromName } from '../../format/code.ts'
import { t, tWord } from '../../messages/index.ts'
import { Field, Input, Select } from '../../ui/field.tsx'
import { RowList } from '../../ui/row-list.tsx'
import { WordList } from '../../ui/word-list.tsx'

export interface PrivilegeValue {
  readonly name: string
  readonly code: string
  readonly value_type: string
  readonly options: readonly string[]
  /** It exists already: its code and type stay. */
  readonly isKept: boolean
}

const TYPES = ['integer', 'boolean', 'string', 'select'] as const

/** The privileges of a feature. */
export function PrivilegeList({
  rows,
  errors,
  onChange,
}: {
  readonly rows: readonly PrivilegeValue[]
  readonly errors: (field: string) => readonly string[]
  readonly onChange: (rows: readonly PrivilegeValue[]) => void
}) {
  const all = errors('privileges')
  return (
    <>
      {all.length > 0 && (
        <p role="alert" className="text-sm text-bad">
          {all.map(code => tWord('code', code)).join('. ')}
        </p>
      )}
      <RowList
        rows={rows}
        onChange={onChange}
        fresh={() => ({ name: '', code: '', value_type: 'integer', options: [], isKept: false })}
        add={t('feature.privilege_add')}
        nameOf={({ name, code }, index) => t('feature.privilege_remove', { name: name || code || index + 1 })}
        render={(row, change, index) => (
          <div className="flex flex-col gap-3 border-b border-rule pb-4">
            <div className="grid gap-4 sm:grid-cols-3">
              <Field label={t('common.name')} errors={errors(`privileges.${index}.name`)}>
                <Input
                  value={row.name}
                  onChange={event => {
                    const follows = !row.isKept && row.code === codeFromName(row.name)
                    const name = event.target.value
                    change({ name, ...(follows && { code: codeFromName(name) }) })
                  }}
                />
              </Field>
              <Field label={t('common.code')} errors={errors(`privileges.${index}.code`)}>
                <Input
                  className="font-mono"
                  value={row.code}
                  disabled={row.isKept}
                  onChange={event => change({ code: event.target.value })}
                />
              </Field>
              <Field label={t('feature.privilege_type')} errors={errors(`privileges.${index}.value_type`)}>
                <Select
                  value={row.value_type}
                  disabled={row.isKept}
                  onChange={event => change({ value_type: event.target.value })}
                >
                  {TYPES.map(type => (
                    <option key={type} value={type}>
                      {tWord('value_type', type)}
                    </option>
                  ))}
                </Select>
              </Field>
            </div>
            {row.value_type === 'select' && (
              <Field
                label={t('feature.options')}
                hint={t('feature.options_hint')}
                errors={errors(`privileges.${index}.options`)}
              >
                <WordList words={row.options} onChange={options => change({ options })} />
              </Field>
            )}
          </div>
        )}
      />
    </>
  )
}
