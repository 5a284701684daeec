/** By what settings the rows of a table were evaluated: where all agree, and where not. */
import type { Setting, Value } from "../../pipeline/plan/setting.ts"

/** The settings of an evaluation over all rows that have it. */
export interface ScopeSettings {
  readonly scope: string
  /** On which all rows agree. */
  readonly shared: { readonly [name: string]: string }
  /** The others: each value with its rows. */
  readonly differing: ReadonlyArray<{
    readonly name: string
    readonly values: ReadonlyArray<{ readonly shown: string; readonly rows: ReadonlyArray<string> }>
  }>
}

const none: Value = { shown: "none", whole: "" }

const ofScope = (scope: string, all: ReadonlyArray<Setting>): ScopeSettings => {
  const names = [...new Set(all.flatMap(({ settings }) => Object.keys(settings)))]
  const found = names.map((name) => {
    const groups = Map.groupBy(all, ({ settings }) => (settings[name] ?? none).whole)
    const values = [...groups.values()].map((group) => ({
      shown: (group[0]!.settings[name] ?? none).shown,
      rows: [...new Set(group.map(({ variant }) => variant))]
    }))
    return { name, values }
  })
  return {
    scope,
    shared: Object.fromEntries(found.filter(({ values }) => values.length === 1).map(({ name, values }) => [name, values[0]!.shown])),
    differing: found.filter(({ values }) => values.length > 1)
  }
}

/** The settings of each of the scopes for which any were stored, in the order given. */
export const settingsOf = (scopes: ReadonlyArray<string>, all: ReadonlyArray<Setting>): ReadonlyArray<ScopeSettings> =>
  [...new Set(scopes)].flatMap((scope) => {
    const rows = all.filter((setting) => setting.scope === scope)
    return rows.length === 0 ? [] : [ofScope(scope, rows)]
  })
