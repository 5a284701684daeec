/** Where the cache lies and how the hub is reached: from the variables that Python's tools read, in their order. */
import { readFileSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"

export interface Settings {
  /** Folder of the cache, which Python's tools share. */
  readonly cache: string
  /** Such as `https://huggingface.co`, without a slash at its end. */
  readonly endpoint: string
  readonly token: string | undefined
  /** Whether nothing may be asked of the hub. */
  readonly offline: boolean
}

type Environment = { readonly [name: string]: string | undefined }

const given = (environment: Environment, ...names: ReadonlyArray<string>): string | undefined =>
  names.map((name) => environment[name]?.trim()).find((value) => value !== undefined && value !== "")

const atHome = (path: string): string => path.replace(/^~(?=\/|$)/, homedir())

const tokenIn = (file: string): string | undefined => {
  try {
    return readFileSync(file, "utf8").trim() || undefined
  } catch {
    return undefined // nobody has logged in
  }
}

export const settings = (environment: Environment = process.env): Settings => {
  const home = given(environment, "HF_HOME") ?? join(given(environment, "XDG_CACHE_HOME") ?? "~/.cache", "huggingface")
  return {
    cache: atHome(given(environment, "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE") ?? join(home, "hub")),
    endpoint: (given(environment, "HF_ENDPOINT") ?? "https://huggingface.co").replace(/\/+$/, ""),
    token: given(environment, "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN") ??
      tokenIn(atHome(given(environment, "HF_TOKEN_PATH") ?? join(home, "token"))),
    offline: /^(1|ON|YES|TRUE)$/i.test(given(environment, "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE") ?? "")
  }
}
