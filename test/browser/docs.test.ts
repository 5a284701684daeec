/** The documentation as a site: built, it opens in a real browser, light and dark and on a phone, is searched, and asks no other host. */
import { execFile } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { extname, join } from "node:path"
import { promisify } from "node:util"
import type { Page } from "playwright-core"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { executable, shared } from "./chromium.ts"
import { axeProblems, isTooWide } from "./support.ts"

const types: { readonly [ending: string]: string } = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png" }

/** The file that any host of plain files answers a path with. */
const fileOf = (folder: string, path: string): string | undefined =>
  [path, `${path}.html`, join(path, "index.html")].map((name) => join(folder, name)).find((file) => existsSync(file) && statSync(file).isFile())

const folder = mkdtempSync(join(tmpdir(), "assay-site-"))
let server: Server
let url: string
const strange: Array<string> = []

const build = async () => {
  await promisify(execFile)(process.execPath, ["node_modules/vitepress/bin/vitepress.js", "build", "docs", "--outDir", folder])
  server = createServer((request, response) => {
    const file = fileOf(folder, decodeURIComponent(new URL(request.url!, "http://site").pathname))
    if (file === undefined) return void response.writeHead(404).end()
    response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" }).end(readFileSync(file))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const open = async (path: string, looks: { readonly dark?: boolean; readonly width?: number } = {}): Promise<Page> => {
  const context = await (await shared()).newContext({ viewport: { width: looks.width ?? 1280, height: 900 }, colorScheme: looks.dark === true ? "dark" : "light" })
  const page = await context.newPage()
  page.on("request", (request) => void (request.url().startsWith(url) || request.url().startsWith("data:") ? undefined : strange.push(request.url())))
  page.on("console", (message) => void (message.type() === "error" ? strange.push(message.text()) : undefined))
  await page.goto(url + path, { waitUntil: "networkidle" })
  return page
}

describe.skipIf(executable === undefined)("the documentation's site", { tags: ["long"] }, () => {
  beforeAll(build)
  afterAll(() => {
    server.close()
    rmSync(folder, { recursive: true })
  })

  it.each([
    ["/", {}],
    ["/start", { dark: true }],
    ["/reference/commands", {}],
    ["/reference/api/reward", { dark: true }],
    ["/how-to/read-results", { width: 390 }],
    ["/reference/runs-db", { width: 390, dark: true }]
  ] as const)("opens %s legibly, %o", async (path, looks) => {
    const page = await open(path, looks)
    assert.deepStrictEqual(await axeProblems(page), [])
    assert.isFalse(await isTooWide(page))
    await page.context().close()
  })

  it("is searched without asking anybody", async () => {
    const page = await open("/")
    await page.keyboard.press("Control+k")
    await page.locator("#localsearch-input").fill("token_statistics")
    await page.locator(".result", { hasText: "token_statistics" }).first().click()
    await page.waitForURL(/\/reference\//)
    await page.context().close()
  })

  it("asked no other host, and logged no error", () => {
    assert.deepStrictEqual(strange, [])
  })
})
