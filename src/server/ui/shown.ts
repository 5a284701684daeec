/** What the page shows: a workspace, read anew for every question, so that it may be written to, moved and made again meanwhile. */
import * as Context from "effect/Context"
import type { Workspace } from "../../workspace/index.ts"

export class Shown extends Context.Service<Shown, Workspace>()("assay/server/ui/Shown") {}
