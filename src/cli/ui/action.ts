/** Serves the page, and says where. */
import { spawn } from "node:child_process"
import * as Effect from "effect/Effect"
import { limits, uiHandler, visitors } from "../../server/ui/handler.ts"
import { pageFolder, readPage } from "../../server/ui/page.ts"
import * as Workspace from "../../workspace/Reading.ts"
import { invalid } from "../failure.ts"
import type { Listening } from "../serve/flags.ts"
import { tokenOf, untilStopped } from "../serve/untilStopped.ts"

interface Options extends Listening {
  readonly db: string
  readonly open: boolean
}

const browsers: { readonly [platform: string]: ReadonlyArray<string> } = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""]
}

/** Shows a URL in the browser. Where none comes up nothing is lost: the URL has been said. */
const show = (url: string): Effect.Effect<void> =>
  Effect.sync(() => {
    const [program = "", ...words] = browsers[process.platform] ?? ["xdg-open"]
    spawn(program, [...words, url], { stdio: "ignore", detached: true }).on("error", () => {}).unref()
  })

export const ui = Effect.fn("ui")(function*(options: Options) {
  const workspace = Workspace.at(options.db)
  yield* Workspace.overview(workspace) // a database that is not there, or cannot be read, is said before anything is served
  const page = readPage(pageFolder)
  if (page.size === 0) return yield* invalid(`The page has not been built: ${pageFolder} is empty. Run \`npm run build:ui\` in the clone.`)
  const token = yield* tokenOf(options)
  const handler = yield* uiHandler({ workspace, page, token })
  return yield* untilStopped(`the page of ${options.db}`, handler, options, { visitors, limits, ...(options.open ? { served: show } : {}) })
}, Effect.scoped)
