/** Folders of logs for tests. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { onTestFinished } from "vitest"
import type { LoggedStep } from "../../src/logs/loggedStep.ts"
import { type Log, readLog } from "../../src/logs/readLog.ts"

type Fixture = "msSwift" | "trl" | "verl"

/** What real GRPO trainings of TRL 1.16.0 and ms-swift 4.6.0 left of three steps, and what the writers of verl 0.9.1 made of two. */
export const fixture = (name: Fixture): string => new URL(`./fixtures/${name}`, import.meta.url).pathname

/** A folder that is gone when the test ends, with files by their paths in it. */
export const folderOf = (files: { readonly [path: string]: string | Uint8Array } = {}): string => {
  const folder = mkdtempSync(join(tmpdir(), "assay-logs-"))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}

/** A copy of a fixture that may be changed; of its last saved state, `change` makes another. */
export const copyOf = (name: Fixture, change: (state: string) => string = (state) => state): string => {
  const folder = folderOf()
  cpSync(fixture(name), folder, { recursive: true })
  const state = join(folder, "checkpoint-3", "trainer_state.json")
  if (existsSync(state)) writeFileSync(state, change(readFileSync(state, "utf8")))
  return folder
}

export const jsonLines = (rows: ReadonlyArray<unknown>): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("")

export const stepsOf = async ({ steps }: Log, after?: number): Promise<ReadonlyArray<LoggedStep>> => {
  const all: Array<LoggedStep> = []
  for await (const step of steps(after)) all.push(step)
  return all
}

/** All steps of the logs at some paths. */
export const read = async (...paths: ReadonlyArray<string>): Promise<ReadonlyArray<LoggedStep>> => stepsOf(await readLog(paths))
