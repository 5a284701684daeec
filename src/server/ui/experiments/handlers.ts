/** Answers about experiments. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as Workspace from "../../../workspace/index.ts"
import { Api } from "../api.ts"
import { explained } from "../problems.ts"
import { Shown } from "../shown.ts"

export const experimentHandlers = HttpApiBuilder.group(Api, "experiments", Effect.fn(function*(handlers) {
  const workspace = yield* Shown
  return handlers.handleAll({
    list: () => explained(Workspace.overview(workspace))
  })
}))
