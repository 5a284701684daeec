#!/usr/bin/env node
// Plain JavaScript on purpose: this file must run, and say something useful, on a Node too old for the rest.
import { spawn } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import module, { createRequire } from "node:module"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { stripVTControlCharacters } from "node:util"

/** A clone runs its sources, whatever was built beside them; the package has only what was built. */
const isClone = existsSync(new URL("../src/cli/main.ts", import.meta.url))

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
const marker = "ASSAY_STARTED_BY"

const [word = "--help", ...more] = process.argv.slice(2)

if (["--help", "-h"].includes(word) && more.length === 0) {
  // made by `npm run docs:reference`: to make it anew, every command would be loaded
  const page = readFileSync(new URL("help.txt", import.meta.url), "utf8")
  process.stdout.on("error", () => {}) // a reader that goes away is no error
  process.stdout.write(process.stdout.isTTY && !process.env["NO_COLOR"] ? page : stripVTControlCharacters(page))
} else if (major > 22 || (major === 22 && minor >= 19)) {
  if (process.env[marker] !== undefined && process.channel) {
    // Started by the branch below: when that process dies, even by SIGKILL, nobody is left to stop this one.
    process.on("disconnect", () => process.kill(process.pid, "SIGKILL"))
    process.channel.unref()
  }
  delete process.env[marker]
  module.enableCompileCache() // modules are read and stripped of types once, not at every start
  await import(isClone ? "../src/cli/main.ts" : "../dist/cli/main.js")
} else {
  const newer = packagedNode()
  if (newer === undefined) {
    const remedy = isClone
      ? "run `npm ci` in the clone, which brings one along"
      : "install a newer one, or add one to this project alone: `npm install node@24`"
    process.stderr.write(`assay: this is Node ${process.versions.node}, but assay needs Node 22.19 or newer; ${remedy}.\n`)
    process.exit(3)
  }
  const child = spawn(newer, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, [marker]: String(process.pid) }
  })
  // A terminal sends Ctrl-C to both. What comes here is passed on as a message, so that the child can tell one press that
  // reached it twice from two; it decides when it has finished. One that does not look up gets the signal itself.
  let patience
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.on(signal, () => {
      if (child.connected) child.send(signal)
      patience = setTimeout(() => child.kill(signal), 1000)
    })
  }
  child.on("message", () => clearTimeout(patience))
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" || signal === "SIGTERM" ? 130 : 1)))
}

/** The Node binary of the npm package `node`, wherever npm put that package. */
function packagedNode() {
  const require = createRequire(import.meta.url)
  for (const folder of require.resolve.paths("node-package") ?? []) {
    const binary = join(folder, "node", "bin", "node")
    if (existsSync(binary)) return binary
  }
  return undefined
}
