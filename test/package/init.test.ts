/** A project that `assay init` writes, from the packed command to its first table. */
import { join } from "node:path"
import { afterAll, assert, beforeAll, it } from "vitest"
import { copyOf, type Project, projectOf, succeed } from "./project.ts"

let [first, made]: Array<Project> = []
beforeAll(async () => {
  first = await projectOf({})
})
afterAll(() => [first, made].forEach((project) => project?.remove()))

it("writes a project that compiles, runs, and prints its table", async () => {
  const { err } = await succeed(first!, "assay", "init", "mine")
  assert.include(err, "cd mine && npm install && npm start")
  made = await copyOf(join(first!.folder, "mine"))
  await succeed(made, "tsc")
  assert.include((await succeed(made, "npm", "run", "-s", "check")).err, "study.ts compiles: group-size, 3 variants x 3 seeds.")
  const few = ["--only", "group=8", "--seeds", "1", "--set", "loop.steps=2"]
  const { err: said, out } = await succeed(made, "npm", "-s", "start", "--", ...few)
  assert.notInclude(said, "unchecked")
  assert.match(out, /^group-size/)
})
