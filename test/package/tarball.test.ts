/** What is in the package, and what its manifest says of it. */
import { execFileSync } from "node:child_process"
import { globSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, inject, it } from "vitest"
import { root } from "./project.ts"

const tarball = inject("tarball")
const files = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" }).trim().split("\n")
  .map((file) => file.replace(/^package\//, ""))
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))

/** Runs a tool that judges packages; throws what it says where that is no praise. */
const judge = (...command: ReadonlyArray<string>) => execFileSync("npx", ["--yes", ...command], { cwd: root, encoding: "utf8" })

describe("the package", () => {
  it("holds what a user needs and nothing else", () => {
    const known = /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|bin\/(assay\.js|help\.txt)|dist\/.+\.(js|d\.ts)|ui\/dist\/(index\.html|theme\.js|icon\.svg|assets\/[\w.-]+\.(js|css))|migrations\/\d{4}_\w+\.sql|trainers\/\w+\.py|shims\/assay_\w+\.py|assets\/font\/(Inter-\w+\.(ttf|woff2)|OFL\.txt)|assets\/tiny-vl(-large)?\/.+)$/
    assert.deepStrictEqual(files.filter((file) => !known.test(file)), [])
    for (const file of ["README.md", "LICENSE", "bin/assay.js", "bin/help.txt", "dist/cli/main.js", "ui/dist/index.html", "shims/assay_trl.py", "trainers/train_trl.py", "assets/tiny-vl/model.safetensors", "assets/tiny-vl-large/model.safetensors"]) {
      assert.include(files, file)
    }
    const size = statSync(tarball).size
    console.log(`${files.length} files, ${size} bytes packed`)
    assert.isBelow(size, 16_000_000)
  })

  it("holds one module and its declarations for every module of src", () => {
    const built = files.filter((file) => file.startsWith("dist/")).toSorted()
    const sources = globSync("**/*.ts", { cwd: join(root, "src") })
    const expected = sources.flatMap((file) => [".d.ts", ".js"].map((ending) => `dist/${file.replace(/\.ts$/, ending)}`))
    assert.deepStrictEqual(built, expected.toSorted())
  })

  it("names no module by the ending of its source", () => {
    const left = execFileSync("tar", ["-xzOf", tarball, "package/dist"], { encoding: "utf8", maxBuffer: 1 << 28 })
      .match(/^(?:im|ex)port.*["']\.[^"']*\.ts["'].*$|new URL\("\.[^"]*\.ts"/gm)
    assert.deepStrictEqual(left ?? [], [])
  })

  it("exports four faces and its manifest", () => {
    assert.deepStrictEqual(Object.keys(manifest.exports), [".", "./engine", "./workspace", "./testing", "./package.json"])
  })

  it("is well made in the eyes of publint", () => {
    judge("publint", "run", tarball, "--strict")
  })

  // esm-only: whoever runs Node 22.19 can require modules, and other resolutions than Node's and bundlers' are not served
  it("has the right types for every face in the eyes of attw", { tags: ["long"] }, () => {
    judge("@arethetypeswrong/cli@0.18.5", tarball, "--profile", "esm-only")
  })
})
