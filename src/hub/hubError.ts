/** What can go wrong with what is named on the hub. */
import * as Data from "effect/Data"
import { type ExitCode, exits } from "../pipeline/Errors.ts"
import { troubleOf } from "../pipeline/fileTrouble.ts"
import { fetchReasonOf } from "../pipeline/reason.ts"
import { called, type Repository } from "./repository.ts"
import type { Settings } from "./settings.ts"

/** Something cannot be fetched: `path` names repository or file, `message` says what, why and what to do. */
export class HubError extends Data.TaggedError("HubError")<{
  readonly path: string
  readonly message: string
  readonly exitCode: ExitCode
  /** Whether every run would meet it. */
  readonly everybodys: boolean
  readonly cause?: unknown
}> {}

/** The hub answered, and not with what was asked for: `code` is its own word for why. */
export class Refused extends Error {
  readonly status: number
  readonly code: string | undefined
  constructor(status: number, code: string | undefined, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** Whether asking later may help: the hub is busy or broken, or there is no way to it. */
export const isPassing = (cause: unknown): boolean => {
  if (cause instanceof Refused) return cause.status >= 500 || cause.status === 429 || cause.status === 408
  return !(cause instanceof HubError) && !isOfDisk(cause)
}

/** Whether an error is of our own disk: those of connections come from `fetch`, which wraps them. */
export const isOfDisk = (cause: unknown): boolean => typeof cause === "object" && cause !== null && "syscall" in cause

/** An error about a repository that everybody who names it will meet. */
export const refusal = (repository: Repository, message: string, cause?: unknown): HubError =>
  new HubError({ path: repository.name, message, exitCode: exits.invalid, everybodys: true, cause })

const tokenOf = ({ token }: Settings): string =>
  token === undefined ? "set HF_TOKEN to a token that may read it" : "the token in use may not read it"

/**
 * What failed, in words with a remedy. `what` is what was wanted of the repository, such as a file; nothing where it was the
 * repository itself.
 */
export const explain = (repository: Repository, settings: Settings, what: string, cause: unknown): HubError => {
  if (cause instanceof HubError) return cause
  const { endpoint } = settings
  const it = called(repository)
  const of = what === "" ? it : `${what} of ${it}`
  const page = `${endpoint}/${repository.type === "dataset" ? "datasets/" : ""}${repository.name}`
  if (isOfDisk(cause)) {
    return new HubError({
      path: settings.cache,
      message: `What comes of ${it} cannot be kept in ${settings.cache} ${troubleOf(cause)} HF_HOME may name another folder.`,
      exitCode: exits.broke,
      everybodys: true,
      cause
    })
  }
  if (!(cause instanceof Refused)) {
    return new HubError({
      path: repository.name,
      message: `${endpoint} cannot be reached for ${of} (${fetchReasonOf(cause)}). Check network, proxy and HF_ENDPOINT and run ` +
        "again, which goes on from there; or bring the cache of a machine that has it, and set HF_HUB_OFFLINE=1.",
      exitCode: exits.broke,
      everybodys: true,
      cause
    })
  }
  const { code, message, status } = cause
  if (code === "GatedRepo" || (status === 403 && code === undefined)) {
    return refusal(repository, `${endpoint} refuses ${of} (${status}: ${message}). Ask for access at ${page}, and ${tokenOf(settings)}.`, cause)
  }
  if (code === "RevisionNotFound") {
    return refusal(repository, `${it} has no revision "${repository.revision}" on ${endpoint}. Correct it: ${page}/tree/main shows them.`, cause)
  }
  if (code === "EntryNotFound") return refusal(repository, `There is no ${of} on ${endpoint}. ${page}/tree/main shows its files.`, cause)
  if (status === 401 || status === 403 || status === 404) {
    return refusal(
      repository,
      `${endpoint} has no ${it.slice(4)} that may be read (${status}), wanted for ${what === "" ? "its name" : what}; and no folder here is called so. ` +
        `Correct the name, or where the repository is private ${tokenOf(settings)}.`,
      cause
    )
  }
  return new HubError({
    path: repository.name,
    message: `${endpoint} answered ${status} for ${of} (${message}), also when asked again. Run again later: what has come stays.`,
    exitCode: exits.broke,
    everybodys: true,
    cause
  })
}
