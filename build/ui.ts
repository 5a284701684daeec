/**
 * Builds the page of `assay ui` into ui/dist. `npm ci` of a clone runs it, so that the page is there; where the tools of the build
 * were not installed (`--omit=dev`), it says so and leaves it.
 */
import { createRequire } from "node:module"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../ui", import.meta.url))

const isInstalled = (name: string): boolean => {
  try {
    createRequire(import.meta.url).resolve(name)
    return true
  } catch {
    return false
  }
}

if (isInstalled("vite")) {
  const { build } = await import("vite")
  await build({
    root,
    configFile: false,
    logLevel: "warn",
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: { outDir: "dist", emptyOutDir: true, target: "es2023", assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false }
  })
} else {
  process.stderr.write("build/ui.ts: vite is not installed, so the page of `assay ui` is not built. `npm ci` installs it.\n")
}
