/** What of the queue is a function of values. */
import { assert, describe, it } from "vitest"
import { parse, sharedBeside, shown } from "../../src/queue/address.ts"
import { difference } from "../../src/queue/source.ts"
import { idOf, type Source } from "../../src/queue/submission.ts"
import { content } from "./support/content.ts"

describe("the address of a queue", () => {
  it("is a PostgreSQL database, or a file", () => {
    assert.deepStrictEqual(parse("postgres://u:p@db:5432/x"), { kind: "postgres", url: "postgres://u:p@db:5432/x" })
    assert.strictEqual(parse("postgresql://db/x").kind, "postgres")
    for (const text of ["sqlite:queue.db", "sqlite://queue.db", "queue.db"]) assert.deepStrictEqual(parse(text), { kind: "sqlite", file: "queue.db" })
  })

  it("is nothing else, in words that say what it may be", () => {
    for (const text of ["redis://db", "http://db/x", "sqlite:", ""]) assert.throws(() => parse(text), /is no queue\. Name a PostgreSQL database/)
    assert.throws(() => parse("postgres://a b"), /is no URL/)
  })

  it("is shown without its password", () => {
    assert.notInclude(shown(parse("postgres://lab:secret@db/x")), "secret")
    assert.strictEqual(shown(parse("q.db")), "q.db")
  })

  it("says where the shared folder is unless another is named", () => {
    assert.match(sharedBeside(parse("q.db"), "runs.db"), /\/q\.db\.shared$/)
    assert.match(sharedBeside(parse("postgres://db/x"), "/data/runs.db"), /^\/data\/\.assay\/shared$/)
  })
})

describe("the code of a study", () => {
  const source: Source = { file: "a/study.ts", commit: "1".repeat(40), lockfile: "x" }

  it("is the submitter's where commit and lockfile are", () => {
    assert.isUndefined(difference(source, source))
  })

  it("is another where one of them is, and the words say what to do", () => {
    const other = { ...source, commit: "2".repeat(40) }
    assert.include(difference(other, source), "is at commit 2222222222 here, and was submitted at 1111111111. Run `git checkout 1111111111` here")
    assert.include(difference({ ...source, commit: null }, source), "at commit none")
    assert.include(difference(source, { ...source, commit: null }), "in none where it was submitted")
    assert.include(difference({ ...source, lockfile: null }, source), "package-lock.json is not the same")
  })
})

describe("a submission", () => {
  it("is the same where the same is run, whatever seeds are left", () => {
    assert.strictEqual(idOf(content), idOf({ ...content, seed: 3, lease: 5 }))
  })

  it("is another for another commit, override or folder", () => {
    const ids = [
      content,
      { ...content, source: { ...content.source, commit: "c" } },
      { ...content, options: { ...content.options, overrides: { "loop.steps": 3 } } },
      { ...content, shared: { address: "/shared", id: "j" } }
    ].map(idOf)
    assert.strictEqual(new Set(ids).size, 4)
  })
})
