/** Answers to anybody's SQL: each from a process of its own, a few at a time. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { hues } from "../../../report/figures/palette.ts"
import { cell, csv, json, type Rows } from "../../../report/rows.ts"
import * as Workspace from "../../../workspace/Reading.ts"
import { Api } from "../api.ts"
import { explained, type Missing, type Unavailable, type Unfit, unfit } from "../problems.ts"
import { Shown } from "../shown.ts"

const most = { rows: 1_000, characters: 4_000_000, seconds: 10, megabytes: 1_024 }

/** A file is for other programs: it holds all rows, or there is none. */
const mostOfFile = { ...most, rows: 200_000, characters: 64_000_000 }

/** Queries that run side by side; others wait for their turn. */
const atOnce = 3

const relationOf = ({ columns, example, name, row }: Workspace.Documentation.Relation) => ({
  name,
  row,
  columns: Object.entries(columns).map(([name, says]) => ({ name, says })),
  example: example ?? null
})

const guide = {
  views: Workspace.Documentation.views.map(relationOf),
  tables: Object.entries(Workspace.Documentation.tables).map(([subject, relations]) => ({ subject, relations: relations.map(relationOf) })),
  colours: hues,
  most
}

export const sqlHandlers = HttpApiBuilder.group(Api, "sql", Effect.fn(function*(handlers) {
  const workspace = yield* Shown
  const turns = yield* Semaphore.make(atOnce)

  const ask = (query: string, wanted: Workspace.MostOfAnswer) =>
    Effect.catch(turns.withPermits(1)(Workspace.ask(workspace, query, wanted)), (error): Effect.Effect<never, Missing | Unavailable | Unfit> =>
      error._tag === "QueryStopped" || error.reason === "query"
        ? Effect.fail(unfit(error.message, "query"))
        : explained(Effect.fail(error)))

  const file = (write: (rows: Rows) => string) => ({ query: { query } }: { readonly query: { readonly query: string } }) =>
    Effect.flatMap(ask(query, mostOfFile), (answer) =>
      answer.more
        ? Effect.fail(unfit("The answer is too large for a file from here; `assay sql --csv` and `--json` on a terminal write all of it.", "query"))
        : Effect.succeed(write(answer)))

  return handlers.handleAll({
    guide: () => Effect.succeed(guide),
    ask: Effect.fn(function*({ query: { query } }) {
      const [time, { columns, more, rows }] = yield* Effect.timed(ask(query, most))
      return { columns, rows: rows.map((row) => row.map(cell)), more, seconds: Duration.toSeconds(time) }
    }),
    csv: file(csv),
    json: file(json)
  })
}))
