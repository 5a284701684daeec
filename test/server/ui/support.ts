/** The server of the page over a database of a test. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { serve, type ServeOptions } from "../../../src/server/http/serve.ts"
import { limits, uiHandler, visitors } from "../../../src/server/ui/handler.ts"
import { readPage } from "../../../src/server/ui/page.ts"
import * as Store from "../../../src/store/index.ts"
import { at } from "../../../src/workspace/index.ts"
import { drawPicture, writeStudy } from "../../browser/database.ts"
import { opened, temporaryFolder } from "../../store/support.ts"

/** A folder that looks like a built page. */
export const writePage = (folder: string): string => {
  mkdirSync(join(folder, "assets"), { recursive: true })
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>page</title>")
  writeFileSync(join(folder, "assets", "index-abc.js"), "console.log(1)")
  return folder
}

/** A journal on a fresh database with `writeStudy` in it, which stays open until the scope closes. */
export const written = Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const workspace = at(`${folder}/runs.db`)
  const context = yield* Layer.build(Store.layer({ file: workspace.db, objects: workspace.objects }))
  const journal = yield* Effect.provide(opened, context)
  const picture = yield* Effect.promise(() => drawPicture(folder))
  yield* writeStudy(journal, picture)
  return { folder, workspace, journal, picture }
})

/** The page's server over it. */
export const serving = (options: Partial<ServeOptions> = {}) =>
  Effect.gen(function*() {
    const made = yield* written
    const page = readPage(writePage(join(made.folder, "page")))
    const handler = yield* uiHandler({ workspace: made.workspace, page, token: options.token })
    const { url } = yield* serve({ handler, visitors, limits, ...options })
    return { ...made, url }
  })

interface Asked {
  readonly status: number
  readonly headers: Response["headers"]
  readonly text: string
  readonly body: ReturnType<typeof JSON.parse>
}

/** What an URL answers, its body as JSON where it is some. */
export const asked = (url: string, init?: RequestInit): Effect.Effect<Asked> =>
  Effect.promise(async () => {
    const response = await fetch(url, init)
    const text = await response.text()
    const isJson = text !== "" && response.headers.get("content-type")?.startsWith("application/json") === true
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined }
  })
