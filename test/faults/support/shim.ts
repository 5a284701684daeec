/** The layer of `shim.c` between a process and its files, compiled where there is a C compiler. */
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const source = fileURLToPath(new URL("../shim.c", import.meta.url))

/** Compiles it into a folder. Undefined where nobody can, or where it cannot be put between. */
export const compile = (folder: string): string | undefined => {
  if (process.platform !== "linux") return undefined
  const library = join(folder, "shim.so")
  return spawnSync("cc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl", "-lpthread"]).status === 0 ? library : undefined
}

/** Why tests that need it are left out. */
export const wanted = "wants a C compiler on Linux"
