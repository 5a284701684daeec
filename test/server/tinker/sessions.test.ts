import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { checkName, checkpoints, placeOf, uriOf } from "../../../src/server/tinker/checkpoints.ts"
import { futures } from "../../../src/server/tinker/futures.ts"
import { once } from "../../../src/server/tinker/once.ts"
import { samplers } from "../../../src/server/tinker/samplers.ts"
import { rhythm, sessions, silence } from "../../../src/server/tinker/sessions.ts"

describe("sessions", () => {
  it("are dropped, with what they hold, once they were not heard of for too long, and go on otherwise", () => {
    const all = sessions()
    const [silent, alive] = [all.open(), all.open()]
    const released: Array<string> = []
    all.whenGone(silent, () => released.push("model"))
    all.whenGone(silent, () => released.push("sampler"))
    all.whenGone(alive, () => released.push("wrong"))
    for (let i = 0; i < silence / rhythm; i++) all.sweep()
    all.hear(alive)
    assert.deepStrictEqual(released, [])
    all.sweep()
    assert.deepStrictEqual(released, ["model", "sampler"])
    assert.throws(() => all.hear(silent), /there is no session .*: it has finished, or was not heard of for 120 seconds/)
    all.hear(alive)
    let late = false
    all.whenGone(silent, () => (late = true))
    assert.isTrue(late, "what comes when a session is gone already is let go at once")
  })

  it("are as many as may be, and no more", () => {
    const all = sessions()
    for (let i = 0; i < 256; i++) all.open()
    assert.throws(() => all.open(), /256 sessions are open/)
  })
})

describe("futures", () => {
  const done = (value: object, size?: number) => Promise.resolve({ json: () => value, ...(size !== undefined && { size }) })

  it("are waited for, a while each time, and told again to who asks again", async () => {
    const all = futures()
    let finish = (_: object) => {}
    const id = all.begin("a", () => new Promise<object>((resolve) => (finish = resolve)).then((value) => ({ json: () => value })))
    assert.isUndefined(await all.retrieve(id, 1))
    finish({ x: 1 })
    for (let i = 0; i < 2; i++) {
      const settled = await all.retrieve(id, 1000)
      assert.deepStrictEqual(settled !== undefined && "outcome" in settled ? settled.outcome.json() : undefined, { x: 1 })
    }
  })

  it("tell what went wrong, and are none once their session is gone", async () => {
    const all = futures()
    const id = all.begin("a", () => Promise.reject(new Error("out of memory")))
    assert.deepStrictEqual(await all.retrieve(id, 1000), { error: "out of memory", category: "server" })
    all.forgetOwner("a")
    await all.retrieve(id, 1).then(() => assert.fail("it is gone"), (error) => assert.match(error.message, /there is no request/))
  })

  it("are bounded: so many under way, so many numbers kept", async () => {
    const all = futures()
    const large = [1, 2, 3].map((i) => all.begin("a", () => done({ i }, 2 ** 22)))
    await Promise.all(large.map((id) => all.whenSettled(id)))
    assert.isUndefined(all.resultOf(large[0]!))
    assert.isDefined(all.resultOf(large[2]!))
    let begun = 0
    const never = () => (begun++, new Promise<never>(() => {}))
    for (let i = 0; i < 1024; i++) all.begin("b", never)
    assert.throws(() => all.begin("b", never), /1024 requests of this session are waiting already/)
    assert.strictEqual(begun, 1024, "what is refused is not done")
    all.begin("c", never) // nobody else is told so
  })

  it("are let go in the order in which they came to their end", async () => {
    const all = futures()
    let finish = () => {}
    const slow = all.begin("a", () => new Promise<void>((resolve) => (finish = resolve)).then(() => ({ json: () => ({}), size: 1 })))
    const large = [1, 2].map((i) => all.begin("a", () => done({ i }, 2 ** 22)))
    await Promise.all(large.map((id) => all.whenSettled(id)))
    finish()
    await all.whenSettled(slow)
    assert.isDefined(all.resultOf(slow), "nobody can have come for it yet")
    assert.isUndefined(all.resultOf(large[0]!))
  })
})

describe("sampling sessions", () => {
  it("are as many of one client as may be, whoever else is there", () => {
    const all = samplers({ samples: () => assert.fail("nothing is sampled") })
    for (let i = 0; i < 4096; i++) all.open("a", i, null)
    assert.throws(() => all.open("a", 4096, null), /4096 sampling sessions are open/)
    all.open("b", 0, null)
    all.close("a:sample:7")
    all.close("a:sample:7")
    all.open("a", 4096, null)
    assert.throws(() => all.open("a", 4097, null), /4096 sampling sessions are open/)
  })
})

describe("requests that are sent again", () => {
  it("are done once, and answered with the same; failures are tried again", async () => {
    let count = 0
    const route = once()(() => {
      count++
      if (count === 3) throw new Error("broken")
      return Response.json({ count })
    })
    const send = (key: string, path = "/a") => {
      const url = new URL(`http://127.0.0.1${path}`)
      return Promise.resolve(route(new Request(url, { headers: { "x-idempotency-key": key } }), url)).then((response) => response.json())
    }
    assert.deepStrictEqual(await Promise.all([send("x"), send("x"), send("y")]), [{ count: 1 }, { count: 1 }, { count: 2 }])
    await send("z").then(() => assert.fail("it failed"), () => {})
    assert.deepStrictEqual(await send("z"), { count: 4 })
    assert.deepStrictEqual(await send("x", "/b"), { count: 5 }, "a key is one of its path")
  })
})

describe("checkpoints", () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-tinker-"))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const model = "2e62ad0e-ad9c-4143-a854-7d230f691f2d:train:0"

  it.each(["../x", "a/b", "a\\b", ".hidden", "", "a\0b", "x".repeat(129), "ä", "a b", "%2e%2e"])("have no name like %j", (name) => {
    assert.throws(() => checkName(name), /is no name for a checkpoint/)
    assert.throws(() => placeOf(`tinker://${model}/weights/${name}`))
  })

  it.each(["tinker://../weights/a", "tinker://x:train:0/weights/a", `tinker://${model}/other/a`, `tinker://${model}/weights/a/b`, "/etc/passwd", `file://${model}/weights/a`])("have no path like %j", (path) => {
    assert.throws(() => placeOf(path), /is no checkpoint of this server/)
  })

  it("lie below their folder, are there once they are whole, and are not written over unasked", async () => {
    const all = checkpoints(folder, folder)
    const place = placeOf(uriOf({ model, kind: "weights", name: "step-1.a" }))
    const { commit, file } = await all.reserve(place, false)
    assert.isTrue(file.startsWith(folder))
    await all.find(place).then(() => assert.fail("not yet"), (error) => assert.match(error.message, /there is no checkpoint tinker:/))
    const about = { base: "tiny", lora: { rank: 4, alpha: 32, targets: ["q_proj"] as const } }
    await writeFile(file, "")
    await commit(about)
    assert.deepInclude(await all.find(place), { ...about, file, path: uriOf(place) })
    await all.reserve(place, false).then(() => assert.fail("it is there"), (error) => assert.match(error.message, /already; choose another name, or say overwrite/))
    await all.reserve(place, true)
    await writeFile(file.replace(/safetensors$/, "json"), "{\"base\":\"ti")
    await all.find(place).then(() => assert.fail("it is broken"), (error) => assert.match(error.message, /there is no checkpoint tinker:/))
    all.remove(place)
    assert.deepStrictEqual(readdirSync(join(file, "..")), [])
  })
})
