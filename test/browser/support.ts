/** A real browser on a real server on a real database. Where there is no chromium, tests of the page are skipped, and say so. */
import axe from "axe-core"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import type { Page } from "playwright-core"
import { afterAll, afterEach, assert, beforeAll, describe } from "vitest"
import { serve } from "../../src/server/http/serve.ts"
import { limits, uiHandler, visitors } from "../../src/server/ui/handler.ts"
import { pageFolder, readPage } from "../../src/server/ui/page.ts"
import * as Store from "../../src/store/index.ts"
import { at, type Workspace } from "../../src/workspace/index.ts"
import { opened, type Opened, temporaryFolder } from "../store/support.ts"
import { executable, shared } from "./chromium.ts"
import { drawPicture, writeStudy } from "./database.ts"

export interface Looks {
  readonly dark?: boolean
  /** Pixels; 390 is a phone's. */
  readonly width?: number
}

export interface Site {
  readonly url: string
  readonly db: string
  /** The journal that wrote the database, for more. */
  readonly journal: Opened
  /** Path of the picture that samples name. */
  readonly picture: string
}

interface Given extends Site {
  /** Opens a path of the page, such as `/experiments`, in a browser window of its own. */
  readonly open: (path: string, looks?: Looks) => Promise<Page>
  /** What may be logged in this test without failing it, such as that a request was refused on purpose. */
  readonly allow: (message: RegExp) => void
}

/** Writes to a database before the server has it. */
type Before = (workspace: Workspace) => Promise<void>

/** A server on a fresh database with `writeStudy` in it, until the scope closes. */
const site = (token?: string, before: Before = async () => {}) =>
  Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const workspace = at(`${folder}/runs.db`)
    yield* Effect.promise(() => before(workspace))
    // built into the scope, not provided: the journal stays open for what tests write later
    const context = yield* Layer.build(Store.layer({ file: workspace.db, objects: workspace.objects }))
    const journal = yield* Effect.provide(opened, context)
    const picture = yield* Effect.promise(() => drawPicture(folder))
    yield* writeStudy(journal, picture)
    const page = readPage(pageFolder)
    assert.isAbove(page.size, 0, "the page is not built: npm run build:ui")
    const handler = yield* uiHandler({ workspace, page, token })
    const { url } = yield* serve({ handler, visitors, limits, token })
    return { url, db: workspace.db, journal, picture }
  })

/** Does something while a database counts as written to by a live run. */
export const whileRunning = (db: string, work: () => Promise<void>): Promise<void> =>
  Effect.runPromise(Effect.scoped(Effect.andThen(Store.lock(db), Effect.promise(work))))

/** Problems of accessibility, as axe finds them: what, and where. */
export const axeProblems = async (page: Page): Promise<ReadonlyArray<string>> => {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run())
  return violations.flatMap(({ help, id, nodes }) => nodes.map(({ failureSummary, target }) => `${id}: ${help}, at ${target.join(" ")} (${failureSummary ?? ""})`))
}

/** Whether the page scrolls sideways as a whole, which a phone's page must not. */
export const isTooWide = (page: Page): Promise<boolean> =>
  page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")

/**
 * Tests with a browser. `given` is filled before the first test. After each test its pages are closed, and it is a failure if one of
 * them logged an error that was not allowed, was refused something by its security policy, or asked another host.
 */
export const describeInBrowser = (title: string, tests: (given: Given) => void, token?: string, before?: Before): void => {
  describe.skipIf(executable === undefined)(executable === undefined ? `${title} (skipped: no chromium here)` : title, () => {
    const given = {} as { -readonly [K in keyof Given]: Given[K] }
    const scope = Scope.makeUnsafe()
    const pages: Array<Page> = []
    const complaints: Array<string> = []
    const allowed: Array<RegExp> = []
    beforeAll(async () => {
      const [browser, served] = await Promise.all([shared(), Effect.runPromise(Scope.provide(site(token, before), scope))])
      Object.assign(given, served)
      given.allow = (message) => void allowed.push(message)
      given.open = async (path, { dark = false, width = 1280 } = {}) => {
        const page = await browser.newPage({ colorScheme: dark ? "dark" : "light", viewport: { width, height: 800 } })
        pages.push(page)
        page.on("pageerror", (error) => complaints.push(String(error)))
        page.on("console", (message) => message.type() === "error" && complaints.push(message.text()))
        page.on("request", (request) => {
          if (!request.url().startsWith(given.url) && !/^(data|blob):/.test(request.url())) complaints.push(`asked ${request.url()}`)
        })
        await page.goto(given.url + path)
        return page
      }
    })
    afterEach(async () => {
      await Promise.all(pages.splice(0).map((page) => page.close()))
      const patterns = allowed.splice(0)
      assert.deepStrictEqual(complaints.splice(0).filter((complaint) => !patterns.some((pattern) => pattern.test(complaint))), [])
    })
    afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))
    tests(given)
  })
}
