/** Real servers, started for a test from the environments that `make` made. */
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { homedir } from "node:os"
import { join, resolve } from "node:path"

export const folder = process.env["ASSAY_ENGINES"] ?? join(homedir(), ".cache/assay-engines")

/** Whether an environment is there; says so where it is not, for a test that is skipped should not look like one that passed. */
export const has = (name: string): boolean => {
  const found = existsSync(join(folder, name, "made"))
  if (!found) process.stderr.write(`skipped: there is no ${name} in ${folder}; test/engines/make makes it\n`)
  return found
}

export interface Running {
  readonly url: string
  /** Kills it, in the middle of whatever it does. */
  readonly stop: () => Promise<void>
  /** Starts it anew at the same url. */
  readonly again: () => Promise<Running>
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

const quiet = { HF_HUB_OFFLINE: "1", DO_NOT_TRACK: "1", VLLM_NO_USAGE_STATS: "1" }

interface Starting {
  /** The environment. */
  readonly name: string
  /** In its `bin`. */
  readonly program: string
  readonly args: (port: number) => ReadonlyArray<string>
  readonly env: (port: number) => Record<string, string>
  /** What it answers once it is up. */
  readonly health?: string
  /** Behind its address. */
  readonly suffix?: string
}

/** Starts a program of an environment and waits until it answers. Throws, with its last words, where it ends instead. */
const start = async ({ args, env, health = "health", name, program, suffix = "/v1" }: Starting, at?: number): Promise<Running> => {
  const port = at ?? await freePort()
  const child = spawn(resolve(folder, name, "bin", program), args(port), { env: { ...process.env, ...quiet, ...env(port) }, detached: true })
  let words = ""
  const hear = (chunk: Buffer) => (words = `${words}${chunk}`.slice(-4000))
  child.stdout.on("data", hear)
  child.stderr.on("data", hear)
  const ended = new Promise<never>((_, reject) => {
    child.on("error", reject)
    child.on("exit", (code) => reject(new Error(`${name} ended with ${code} before it answered:\n${words}`)))
  })
  const up = async (): Promise<void> => {
    while (!(await fetch(`http://127.0.0.1:${port}/${health}`).then(({ ok }) => ok, () => false))) await new Promise((resolve) => setTimeout(resolve, 500))
  }
  await Promise.race([up(), ended])
  ended.catch(() => {})
  return {
    url: `http://127.0.0.1:${port}${suffix}`,
    stop: () =>
      new Promise((resolve) => {
        child.removeAllListeners("exit").on("exit", () => resolve())
        process.kill(-child.pid!, "SIGKILL") // its workers, too
      }),
    again: () => start({ args, env, health, name, program, suffix }, port)
  }
}

const vllmFlags = "--served-model-name tiny --host 127.0.0.1 --dtype float32 --max-model-len 2048 --max-num-seqs 16 --enforce-eager"

/** vLLM on the processor, in float32, calling the model `tiny`; weights and adapters may be loaded while it runs. */
export const vllm = (model: string, flags: ReadonlyArray<string> = []): Promise<Running> =>
  start({
    name: "vllm",
    program: "vllm",
    args: (port) => ["serve", model, ...vllmFlags.split(" "), "--port", String(port), ...flags],
    env: () => ({
      VLLM_SERVER_DEV_MODE: "1",
      VLLM_ALLOW_RUNTIME_LORA_UPDATING: "True",
      VLLM_CPU_KVCACHE_SPACE: "1",
      VLLM_CPU_OMP_THREADS_BIND: "nobind",
      OMP_NUM_THREADS: "2"
    })
  })

/** `transformers serve` on the processor, in float32; it calls the model by its folder. */
export const transformers = (model: string): Promise<Running> =>
  start({
    name: "transformers",
    program: "transformers",
    args: (port) => ["serve", model, "--device", "cpu", "--dtype", "float32", "--port", String(port)],
    env: () => ({})
  })

/** SkyRL's jax on the processor; it calls the model by its folder, and keeps what it has to in another. */
export const skyrl = (model: string, keeps: string): Promise<Running> =>
  start({
    name: "skyrl",
    // it starts its engine by the `uv run` that it finds above itself
    program: "../../uv/bin/uv",
    args: (port) =>
      ["run", "--no-project", "--active", "-m", "skyrl.tinker.api", "--base-model", model, "--backend", "jax", "--port", String(port)].concat(
        ["--backend-config", JSON.stringify({ max_lora_adapters: 12, max_lora_rank: 8 })],
        ["--database-url", `sqlite:///${join(keeps, "skyrl.db")}`, "--checkpoints-base", join(keeps, "skyrl")]
      ),
    env: () => ({
      PATH: `${join(folder, "uv", "bin")}:${process.env["PATH"]}`,
      VIRTUAL_ENV: join(folder, "skyrl"),
      JAX_PLATFORMS: "cpu",
      UV_OFFLINE: "1",
      UV_PYTHON_DOWNLOADS: "never",
      CUDA_VISIBLE_DEVICES: ""
    }),
    health: "api/v1/healthz",
    suffix: ""
  })

/** hatchery-core without a model: it says what it was told to say. */
export const hatchery = (): Promise<Running> =>
  start({
    name: "hatchery",
    program: "python",
    args: () => ["-m", "hatchery.core.local_dev"],
    env: (port) => ({ HATCHERY_DEV_NO_GPU: "1", HATCHERY_DEV_PORT: String(port), HATCHERY_DEV_API_KEY: "tml-dev" }),
    health: "api/v1/healthz",
    suffix: ""
  })
