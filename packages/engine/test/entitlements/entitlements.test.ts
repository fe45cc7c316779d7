import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  effectivePrivileges,
  type PrivilegeType,
  patchEntitlement,
  privilegeValue,
  readPrivilegeValue,
  removeFeature,
  removePrivilege,
  type SubscriptionEntitlement,
} from '../../src/entitlements/index.ts'

const typeOf = (valueType: PrivilegeType['valueType'], options: readonly string[] = []) => ({ valueType, options })

describe('a value for a privilege', () => {
  it.each<[PrivilegeType['valueType'], unknown, string]>([
    ['integer', 10, '10'],
    ['integer', '10', '10'],
    ['integer', '-3', '-3'],
    ['integer', 0, '0'],
    ['integer', 12345678901234567890n, '12345678901234567890'],
    ['boolean', true, 'true'],
    ['boolean', 'false', 'false'],
    ['string', ' any text ', ' any text '],
    ['string', '10', '10'],
    ['select', 'okta', 'okta'],
  ])('%s takes %s', (valueType, given, text) => {
    expect(readPrivilegeValue(typeOf(valueType, ['okta', 'google']), given)).toEqual({ text })
  })

  it.each<[PrivilegeType['valueType'], unknown, string]>([
    ['integer', '010', 'value_is_invalid'],
    ['integer', '1.0', 'value_is_invalid'],
    ['integer', 1.5, 'value_is_invalid'],
    ['integer', '+1', 'value_is_invalid'],
    ['integer', '-0', 'value_is_invalid'],
    ['integer', 'ten', 'value_is_invalid'],
    ['integer', 1e30, 'value_is_invalid'],
    ['integer', true, 'value_is_invalid'],
    ['boolean', 1, 'value_is_invalid'],
    ['boolean', 'TRUE', 'value_is_invalid'],
    ['string', 10, 'value_is_invalid'],
    ['string', false, 'value_is_invalid'],
    ['string', ['a'], 'value_is_invalid'],
    ['select', 'github', 'value_not_in_select_options'],
    ['select', 5, 'value_not_in_select_options'],
    ['select', { okta: 1 }, 'value_not_in_select_options'],
    ...(['integer', 'boolean', 'string', 'select'] as const).flatMap(type =>
      [null, '', ' '].map((given): [typeof type, unknown, string] => [type, given, 'value_is_mandatory']),
    ),
  ])('%s refuses %j', (valueType, given, problem) => {
    expect(readPrivilegeValue(typeOf(valueType, ['okta', '5', 'google']), given)).toEqual({ problem })
  })

  it.each<[PrivilegeType['valueType'], string, unknown]>([
    ['integer', '10', 10],
    ['integer', '12345678901234567890', 12345678901234567890n],
    ['boolean', 'true', true],
    ['boolean', 'false', false],
    ['string', '10', '10'],
    ['select', 'okta', 'okta'],
  ])('%s shows %s as it was meant', (valueType, text, value) => {
    expect(privilegeValue(valueType, text)).toBe(value)
  })
})

type Texts = Record<string, string>
const mapOf = (texts: Texts | undefined) => texts && new Map(Object.entries(texts))

function stateOf(plan: Texts | undefined, own?: Texts): SubscriptionEntitlement {
  return { plan: mapOf(plan), own: mapOf(own), featureRemoved: false, removedPrivileges: new Set() }
}

/** By privilege: its value, and an exclamation mark when it is the subscription's own. */
function shown(state: SubscriptionEntitlement): Texts | undefined {
  const privileges = effectivePrivileges(state)?.map(({ privilege, planText, ownText }) => [
    privilege,
    ownText === null ? planText : `${ownText}!`,
  ])
  return privileges && Object.fromEntries(privileges)
}

const patch = (values: Texts) => (state: SubscriptionEntitlement) =>
  patchEntitlement(state, new Map(Object.entries(values)))
const drop = (privilege: string) => (state: SubscriptionEntitlement) => removePrivilege(state, privilege)

type Step = [string, (state: SubscriptionEntitlement) => SubscriptionEntitlement, Texts | undefined]

function walk(start: SubscriptionEntitlement, steps: readonly Step[]) {
  let state = start
  for (const [what, change, expected] of steps) {
    state = change(state)
    expect(shown(state), what).toEqual(expected)
  }
  return state
}

describe('what a subscription has of a feature', () => {
  it('follows its plan but for what it has of its own and what was taken away', () => {
    walk(stateOf({ max: '10', root: 'false' }), [
      ['nothing changed', state => state, { max: '10', root: 'false' }],
      ['PATCH max 25', patch({ max: '25' }), { max: '25!', root: 'false' }],
      ['PATCH max 10, root false', patch({ max: '10', root: 'false' }), { max: '10', root: 'false' }],
      ['DELETE root', drop('root'), { max: '10' }],
      ['DELETE the feature', removeFeature, undefined],
      ['PATCH root true', patch({ root: 'true' }), { max: '10', root: 'true!' }],
    ])
  })

  it('of its own is all there is where the plan has none of it', () => {
    walk(stateOf(undefined), [
      ['nothing', state => state, undefined],
      ['PATCH nothing', patch({}), {}],
      ['PATCH max 5', patch({ max: '5' }), { max: '5!' }],
      ['PATCH max 6, root true', patch({ max: '6', root: 'true' }), { max: '6!', root: 'true!' }],
      ['DELETE max', drop('max'), { root: 'true!' }],
      ['PATCH max 7', patch({ max: '7' }), { root: 'true!', max: '7!' }],
      ['DELETE the feature', removeFeature, undefined],
    ])
    expect(removeFeature(stateOf(undefined, { max: '1' })).featureRemoved).toBe(false)
  })

  it('comes back with the plan by a request without privileges', () => {
    walk(stateOf({ max: '10' }), [
      ['PATCH max 25', patch({ max: '25' }), { max: '25!' }],
      ['DELETE', removeFeature, undefined],
      ['PATCH nothing', patch({}), { max: '10' }],
    ])
    walk(stateOf({}), [
      ['DELETE', removeFeature, undefined],
      ['PATCH nothing', patch({}), {}],
    ])
  })

  it('follows the plan again, one privilege at a time or all at once', () => {
    const state = walk(stateOf({ max: '10', root: 'false' }), [
      [
        'PATCH both and one more',
        patch({ max: '25', root: 'true', sso: 'okta' }),
        { max: '25!', root: 'true!', sso: 'okta!' },
      ],
      ['PATCH max as planned', patch({ max: '10' }), { max: '10', root: 'true!', sso: 'okta!' }],
      ['DELETE root', drop('root'), { max: '10', sso: 'okta!' }],
      ['PATCH root as planned', patch({ root: 'false' }), { max: '10', root: 'false', sso: 'okta!' }],
      ['DELETE root', drop('root'), { max: '10', sso: 'okta!' }],
      ['PATCH root', patch({ root: 'true' }), { max: '10', root: 'true!', sso: 'okta!' }],
      ['DELETE max', drop('max'), { root: 'true!', sso: 'okta!' }],
      ['PATCH all as planned', patch({ root: 'false', max: '10' }), { max: '10', root: 'false' }],
    ])
    expect(state).toEqual(stateOf({ max: '10', root: 'false' }))
  })

  it('does not get what it was taken away when the plan gets it later, unlike what the plan does not have', () => {
    const taken = removePrivilege(stateOf({ max: '10' }), 'root')
    expect(shown({ ...taken, plan: mapOf({ max: '10', root: 'true' }) })).toEqual({ max: '10' })
    const own = { ...taken, plan: undefined, own: mapOf({ root: 'true' }), featureRemoved: true }
    expect(shown(own)).toEqual({ root: 'true!' })
    expect(removePrivilege(stateOf(undefined, { root: 'true' }), 'root').removedPrivileges.size).toBe(0)
  })

  const texts = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2'))
  const changes = fc.array(
    fc.oneof(texts.map(patch), fc.constantFrom('a', 'b', 'c').map(drop), fc.constant(removeFeature)),
  )

  it('has what a request asks for, whatever was before, and nothing else changes', () => {
    fc.assert(
      fc.property(fc.option(texts, { nil: undefined }), changes, texts, (plan, before, asked) => {
        const state = before.reduce((current, change) => change(current), stateOf(plan))
        const after = patch(asked)(state)
        const values = Object.fromEntries(
          (effectivePrivileges(after) ?? []).map(item => [item.privilege, item.ownText ?? item.planText]),
        )
        expect(values).toMatchObject(asked)
        // Asking again changes nothing.
        expect(shown(patch(asked)(after))).toEqual(shown(after))
        // A value of its own is never the plan's.
        for (const { planText, ownText } of effectivePrivileges(after) ?? []) {
          if (planText !== null) expect(ownText).not.toBe(planText)
        }
      }),
    )
  })
})
