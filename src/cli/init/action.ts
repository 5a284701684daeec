/** Writes a project, and says what to do next. */
import * as Effect from "effect/Effect"
import { initProject } from "../../workspace/initProject.ts"
import { say } from "../output.ts"

export const init = Effect.fn("init")(function*({ folder }: { readonly folder: string }) {
  const files = yield* initProject(folder)
  const into = folder === "." ? "" : `cd ${folder} && `
  yield* say(`${folder} holds ${files.join(", ")}.\nNext:\n  ${into}npm install && npm start`)
})
