/** Writes a project, and says what to do next. */
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import { initProject } from "../../workspace/initProject.ts"
import { say } from "../output.ts"
import { version } from "../version.ts"

const word = (text: string): string => /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

/** The clone that this is; undefined for the package. */
const clone = import.meta.url.endsWith(".ts") ? fileURLToPath(new URL("../../..", import.meta.url)) : undefined

/** The commands that bring a new project to its first table. A clone is packed first, as no registry has it. */
const next = (folder: string): string =>
  [
    ...(clone === undefined ? [] : [`npm pack ${word(path.relative("", clone) || ".")} --pack-destination ${word(folder)}`]),
    ...(folder === "." ? [] : [`cd ${word(folder)}`]),
    clone === undefined ? "npm install" : `npm install ./assay-${version}.tgz`,
    "npm start"
  ].join(" && ")

export const init = Effect.fn("init")(function*({ folder }: { readonly folder: string }) {
  const files = yield* initProject(folder)
  yield* say(`${folder} holds ${files.join(", ")}.\nNext:\n  ${next(folder)}`)
})
