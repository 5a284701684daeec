/** What the page asks in anybody's SQL. */
import * as Schema from "effect/Schema"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import { problems } from "../problems.ts"

/** A text may be a blob in hexadecimal, or an integer too large for a number of JSON. */
const Cell = Schema.NullOr(Schema.Union([Schema.Finite, Schema.String]))

export const SqlAnswer = Schema.Struct({
  columns: Schema.Array(Schema.String),
  rows: Schema.Array(Schema.Array(Cell)),
  /** There are further rows, which are not shown. */
  more: Schema.Boolean,
  seconds: Schema.Finite
}).annotate({ identifier: "SqlAnswer" })

/** A view or table of the database, in words. */
const Relation = Schema.Struct({
  name: Schema.String,
  row: Schema.String,
  columns: Schema.Array(Schema.Struct({ name: Schema.String, says: Schema.String })),
  example: Schema.NullOr(Schema.Struct({ question: Schema.String, sql: Schema.String }))
})

export const SqlGuide = Schema.Struct({
  /** Their columns change only by a migration. */
  views: Schema.Array(Relation),
  tables: Schema.Array(Schema.Struct({ subject: Schema.String, relations: Schema.Array(Relation) })),
  /** Colours that are told apart, on a light page and on a dark one. */
  colours: Schema.Array(Schema.Struct({ light: Schema.String, dark: Schema.String })),
  /** What a query may take. */
  most: Schema.Struct({ rows: Schema.Int, seconds: Schema.Int, megabytes: Schema.Int })
}).annotate({ identifier: "SqlGuide" })

const query = Schema.String.check(Schema.isMaxLength(8_000))

export const sql = HttpApiGroup.make("sql").add(
  HttpApiEndpoint.get("guide", "/api/sql/guide", { success: SqlGuide, error: problems }),
  HttpApiEndpoint.get("ask", "/api/sql", { query: { query }, success: SqlAnswer, error: problems }),
  HttpApiEndpoint.get("csv", "/api/sql/rows.csv", {
    query: { query },
    success: Schema.String.pipe(HttpApiSchema.asText({ contentType: "text/csv; charset=utf-8" })),
    error: problems
  }),
  HttpApiEndpoint.get("json", "/api/sql/rows.json", {
    query: { query },
    success: Schema.String.pipe(HttpApiSchema.asText({ contentType: "application/json" })),
    error: problems
  })
)
