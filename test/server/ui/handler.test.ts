/** The server of the page: what it serves, to whom, and that it only reads. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { request } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { cookieOf } from "../../../src/server/http/admit.ts"
import { visitors } from "../../../src/server/ui/handler.ts"
import { readPage } from "../../../src/server/ui/page.ts"
import { beginTraining, planStudy, trainingStep } from "../../browser/database.ts"
import { raw } from "../http/raw.ts"
import { asked, serving, writePage } from "./support.ts"

type Cookie = ReturnType<typeof cookieOf>

/** Asks with a path and headers that `fetch` would mend, and gives the status. */
const statusOf = (url: string, path: string, headers: Record<string, string> = {}, method = "GET") =>
  Effect.promise(() =>
    new Promise<number>((resolve, reject) => {
      const { hostname, port } = new URL(url)
      request({ hostname, port, path, headers, method, agent: false }, (response) => {
        response.resume()
        resolve(response.statusCode!)
      }).on("error", reject).end()
    })
  )

describe("the page's files", () => {
  it.live("are those that were there at the start, by their names alone", () =>
    Effect.gen(function*() {
      const { url } = yield* serving()
      const script = yield* asked(`${url}/assets/index-abc.js`)
      assert.deepStrictEqual([script.status, script.text, script.headers.get("cache-control")], [200, "console.log(1)", "public, max-age=31536000, immutable"])
      const index = yield* asked(url)
      assert.include(index.text, "<title>page</title>")
      assert.strictEqual(index.headers.get("cache-control"), "no-cache")
      assert.strictEqual((yield* asked(url, { headers: { "if-none-match": index.headers.get("etag")! } })).status, 304)
      assert.strictEqual((yield* asked(`${url}/ablation?experiment=a`)).text, index.text)
    }).pipe(Effect.scoped))

  it.live("are not reached by a way around, and links among them are left out", () =>
    Effect.gen(function*() {
      const { url } = yield* serving()
      const ways = ["/../package.json", "/assets/../../runs.db", "/%2e%2e/runs.db", "/..%2fruns.db", "/assets/%00.js", "//etc/passwd.txt", "/runs.db", "/assets/nope.js", "/C:\\windows.ini"]
      for (const way of ways) assert.include([400, 404], yield* statusOf(url, way), way)
      const folder = mkdtempSync(join(tmpdir(), "assay-page-"))
      writePage(folder)
      writeFileSync(join(folder, "..", "secret.txt"), "secret")
      symlinkSync(join(folder, "..", "secret.txt"), join(folder, "secret.txt"))
      symlinkSync(tmpdir(), join(folder, "elsewhere"))
      assert.deepStrictEqual([...readPage(folder).keys()].toSorted(), ["/assets/index-abc.js", "/index.html"])
      rmSync(join(folder, "..", "secret.txt"))
      rmSync(folder, { recursive: true })
    }).pipe(Effect.scoped))

  it.live("forbid other hosts, inline scripts, frames and guesses; so do answers and errors", () =>
    Effect.gen(function*() {
      const { url } = yield* serving()
      for (const path of ["/", "/assets/index-abc.js", "/api/experiments", "/api", "/api/nope", "/nope.js"]) {
        const { headers } = yield* asked(url + path)
        const policy = headers.get("content-security-policy")!
        assert.match(policy, /^default-src 'none'/, path)
        assert.notInclude(policy, "unsafe")
        assert.notInclude(policy, "http")
        assert.strictEqual(headers.get("x-content-type-options"), "nosniff")
        assert.strictEqual(headers.get("x-frame-options"), "DENY")
        assert.strictEqual(headers.get("cross-origin-resource-policy"), "same-origin")
        assert.isNull(headers.get("access-control-allow-origin"))
      }
    }).pipe(Effect.scoped))
})

describe("the API", () => {
  it.live("publishes itself as OpenAPI", () =>
    Effect.gen(function*() {
      const { url } = yield* serving()
      const { body } = yield* asked(`${url}/api`)
      assert.match(body.openapi, /^3\.1/)
      assert.include(Object.keys(body.paths), "/api/experiments")
    }).pipe(Effect.scoped))

  it.live("answers 304 while nothing changes, and anew after a commit", () =>
    Effect.gen(function*() {
      const { journal, picture, url } = yield* serving()
      const ask = (tag?: string) => asked(`${url}/api/experiments`, tag === undefined ? {} : { headers: { "if-none-match": tag } })
      const first = yield* ask()
      const tag = first.headers.get("etag")!
      assert.strictEqual((yield* ask(tag)).status, 304)
      yield* planStudy(journal, "again")
      const second = yield* ask(tag)
      assert.deepStrictEqual([second.status, second.body.length], [200, first.body.length + 1])
      const { loop } = yield* beginTraining(journal, "again", "AP50", 0)
      const before = (yield* ask()).headers.get("etag")!
      yield* journal.commitStep(loop, trainingStep(picture, 0, 1))
      assert.strictEqual((yield* ask(before)).status, 200)
    }).pipe(Effect.scoped))

  it.live("says in JSON what is wrong", () =>
    Effect.gen(function*() {
      const { url, workspace } = yield* serving()
      const lost = yield* asked(`${url}/api/nope`)
      assert.strictEqual(lost.status, 404)
      assert.include(lost.body.error.message, "nothing at /api/nope")
      rmSync(workspace.db)
      const gone = yield* asked(`${url}/api/experiments`)
      assert.strictEqual(gone.status, 503)
      assert.include(gone.body.error.message, "There is no database at")
    }).pipe(Effect.scoped))

  it.live("takes nothing but questions, and leaves the database as it is", () =>
    Effect.gen(function*() {
      const { url, workspace } = yield* serving()
      for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
        const { headers, status } = yield* asked(`${url}/api/experiments`, { method })
        assert.deepStrictEqual([status, headers.get("allow")], [405, "GET, HEAD"], method)
        assert.strictEqual((yield* asked(url, { method })).status, 405)
      }
      assert.strictEqual((yield* asked(`${url}/api/experiments`, { method: "HEAD" })).text, "")
      assert.isTrue(existsSync(workspace.db))
    }).pipe(Effect.scoped))
})

describe("who may look", () => {
  it.live("on loopback: this machine by its names, and no page from elsewhere, at page and API alike", () =>
    Effect.gen(function*() {
      const { url } = yield* serving()
      for (const path of ["/", "/api/experiments"]) {
        assert.strictEqual(yield* statusOf(url, path, { host: "localhost" }), 200)
        assert.strictEqual(yield* statusOf(url, path, { host: "rebound.example" }), 403)
        assert.strictEqual(yield* statusOf(url, path, { host: "localhost", origin: "https://page.example" }), 403)
        assert.strictEqual(yield* statusOf(url, path, { host: "localhost", origin: "null" }), 403)
      }
    }).pipe(Effect.scoped))

  it.live("beyond loopback: the page opens to all, what it shows to the token or its cookie", () =>
    Effect.gen(function*() {
      const served = yield* serving({ host: "0.0.0.0", token: "secret" })
      const url = served.url.replace("0.0.0.0", "127.0.0.1")
      assert.strictEqual((yield* asked(url)).status, 200)
      for (const path of ["/api", "/api/experiments", "/api/../api/experiments", "/%61pi/experiments", "//api/experiments"]) {
        const { body, status } = yield* asked(url + path)
        assert.isTrue(status === 401 || (body === undefined && status < 500), `${path}: ${status}`)
      }
      // as they are sent by hand: a door that read them in another way than the room behind it would let them in
      for (const path of ["/x/../api/experiments", "/./api/experiments", "/x/%2e%2e/api/experiments", "/x\\..\\api/experiments", "/\t/../api/experiments",
        "http://other/api/experiments", "http:/api/experiments", "/../api/experiments"]) {
        const answer = yield* Effect.promise(() => raw(url, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`).answer)
        assert.notInclude(answer, "question", path)
      }
      // a Host with a path in it, which a door may read in another way, too
      for (const host of ["é.é.é/api/sql/guide?x=y", "é.é.é.é.é/api/sql?query=SELECT+1&x=yyyy", "localhost/api/experiments?"]) {
        const bytes = Buffer.from(`GET /index.html HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`, "latin1")
        assert.match(yield* Effect.promise(() => raw(url, bytes).answer), /^HTTP\/1\.1 400 /, host)
      }
      const session = (authorization: string) => asked(`${url}/api/session`, { method: "POST", headers: { authorization } })
      assert.strictEqual((yield* session("Bearer wrong")).status, 401)
      const { headers, status } = yield* session("Bearer secret")
      assert.strictEqual(status, 204)
      const set = headers.get("set-cookie")!
      assert.match(set, /^assay_ui_[0-9a-f]{8}=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict$/)
      const statusWith = (cookie: string) => Effect.map(asked(`${url}/api/experiments`, { headers: { cookie } }), ({ status }) => status)
      assert.strictEqual(yield* statusWith(`other=1; ${set.split(";")[0]}`), 200)
      const [own, other] = ["secret", "other"].map((token) => cookieOf(visitors, token)) as [Cookie, Cookie]
      assert.strictEqual(set.split(";")[0], `${own.name}=${own.value}`)
      assert.strictEqual(yield* statusWith(`${own.name}=secret`), 401)
      assert.strictEqual(yield* statusWith(`${own.name}x=${own.value}`), 401)
      assert.strictEqual(yield* statusWith(`${own.name}=${other.value}`), 401)
      assert.strictEqual(yield* statusWith(`${other.name}=${other.value}`), 401)
      assert.strictEqual(yield* statusWith(`${other.name}=${other.value}; ${own.name}=${own.value}`), 200)
      assert.notStrictEqual(own.name, other.name, "a browser keeps one cookie of a name for all ports of a host")
    }).pipe(Effect.scoped))
})

describe("hard times", () => {
  it.live("a thousand connections that say nothing do not keep the next one out for good", () =>
    Effect.gen(function*() {
      const { url } = yield* serving({ limits: { headers: 0.5 } })
      const held = Array.from({ length: 1000 }, () => raw(url, "GET / HT"))
      yield* Effect.promise(() => Promise.all(held.map(({ answer }) => answer)))
      assert.strictEqual((yield* asked(`${url}/api/experiments`)).status, 200)
    }).pipe(Effect.scoped))

  it.live("hundreds of questions at once are all answered", () =>
    Effect.gen(function*() {
      const { url } = yield* serving()
      const statuses = yield* Effect.all(Array.from({ length: 400 }, () => asked(`${url}/api/experiments`)), { concurrency: 200 })
      assert.deepStrictEqual([...new Set(statuses.map(({ status }) => status))], [200])
    }).pipe(Effect.scoped))
})
