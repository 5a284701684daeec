/** The chromium of the machine, for tests of pages, for the bench and for pictures of the documentation. */
import { existsSync } from "node:fs"
import { type Browser, chromium } from "playwright-core"

/** The one that the environment names, or one without windows, which takes half of the processor's time, or any other. */
export const executable = [
  process.env["ASSAY_CHROMIUM"], "/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"
].find((path) => path !== undefined && existsSync(path))

export const launch = (): Promise<Browser> => chromium.launch({ executablePath: executable!, args: ["--no-sandbox"] })

let launched: Promise<Browser> | undefined

/** One browser for all files of tests that share a process, as its start takes seconds. It ends with the process. */
export const shared = (): Promise<Browser> => launched ??= launch()
