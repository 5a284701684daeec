/** The page of runs.db, from its documentation and the types of its columns. */
import { getViewName } from "drizzle-orm"
import { getTableConfig, getViewConfig, type SQLiteTable } from "drizzle-orm/sqlite-core"
import { innerViews, type Relation, tables, views } from "../../src/store/documentation/index.ts"
import * as Schema from "../../src/store/Schema.ts"
import * as Views from "../../src/store/Views.ts"
import { block, cell, page, table } from "./markdown.ts"

interface Column {
  readonly name: string
  readonly notNull: boolean
  getSQLType(): string
}

/** "text", "real or NULL": of a relation's columns by name. */
const typesOf = (columns: ReadonlyArray<Column>): ReadonlyMap<string, string> =>
  new Map(columns.map((column) => [column.name, `${column.getSQLType()}${column.notNull ? "" : " or NULL"}`]))

const types = new Map([
  ...Object.values(Views).map((view) => [getViewName(view), typesOf(Object.values(getViewConfig(view).selectedFields) as unknown as Array<Column>)] as const),
  ...(Object.values(Schema) as Array<SQLiteTable>).map((table) => {
    const { columns, name } = getTableConfig(table)
    return [name, typesOf(columns)] as const
  })
])

const section = (level: string) => ({ columns, example, name, row }: Relation): string => {
  const known = types.get(name)
  const rows = Object.entries(columns).map(([column, what]) => [
    `\`${column}\``,
    ...(known === undefined ? [] : [known.get(column) ?? ""]),
    cell(what)
  ])
  return page(
    `${level} ${name}`,
    row,
    table(["column", ...(known === undefined ? [] : ["type"]), "what"], rows),
    ...(example === undefined ? [] : [`${example.question}${example.question.endsWith("?") ? "" : ":"}`, block("sql", `${example.sql};`)])
  ).trim()
}

export const schema = (): string =>
  page(
    "# runs.db",
    "Every config, metric, completion and reward of a study lies in one SQLite file. Any client reads it, while studies write to it; " +
      "how to ask it is [a page of its own](../how-to/read-results.md).",
    "**The views are an interface**: their columns change only by a migration, which the changelog names. Tables are what they are made " +
      "of, and may change with any version. Times are ISO 8601 in UTC. A number that is not finite is NULL. JSON is text.",
    "## Views",
    ...views.map(section("###")),
    ...Object.entries(tables).flatMap(([subject, relations]) => [`## Tables: ${subject.toLowerCase()}`, ...relations.map(section("###"))]),
    "## Views that others are made of",
    ...innerViews.map(section("###"))
  )
