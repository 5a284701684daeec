/** What the hub says of a repository: which commit a revision is, and which files it holds. */
import { asking } from "./ask.ts"
import { type Listed } from "./cache.ts"
import { refusal } from "./hubError.ts"
import { called, isCommit, type Repository } from "./repository.ts"
import type { Settings } from "./settings.ts"

/** The commit of a revision. */
export const commitOf = async (settings: Settings, repository: Repository, signal: AbortSignal): Promise<string> => {
  const { datasetInfo, modelInfo } = await import("@huggingface/hub")
  const { name, revision, type } = repository
  const asked = { name, revision, hubUrl: settings.endpoint, fetch: asking(settings, signal) }
  const { sha } = type === "model"
    ? await modelInfo({ ...asked, additionalFields: ["sha"] })
    : await datasetInfo({ ...asked, additionalFields: ["sha"] })
  if (isCommit(sha)) return sha
  throw refusal(repository, `${settings.endpoint} gives no commit for ${called(repository)}. Is HF_ENDPOINT a hub?`)
}

/** A path that stays in its folder on every system: it becomes a path of the cache. */
const staysIn = (path: string): boolean => path.split("/").every((part) => part !== "" && part !== "." && part !== ".." && !/[\\:\0]/.test(part))

/** A hash that is one, which becomes a path, too. */
const isWhole = ({ etag, size }: Listed): boolean => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(etag) && Number.isSafeInteger(size) && size >= 0

/** The files of a commit, but for those that could not be kept: a log with the time in its name is no reason to do without a model. */
export const filesAt = async (settings: Settings, repository: Repository, commit: string, signal: AbortSignal): Promise<ReadonlyArray<Listed>> => {
  const { listFiles } = await import("@huggingface/hub")
  const { name, type } = repository
  const entries = listFiles({
    repo: { name, type },
    revision: commit,
    recursive: true,
    hubUrl: settings.endpoint,
    fetch: asking(settings, signal)
  })
  const files: Array<Listed> = []
  for await (const { lfs, oid = "", path, size, type } of entries) {
    if (type !== "file" || !staysIn(path)) continue
    const file = { path, size: lfs?.size ?? size, etag: lfs?.oid ?? oid }
    if (!isWhole(file)) throw refusal(repository, `${called(repository)} lists ${JSON.stringify(path)} without a hash, so that it cannot be kept. Use another revision.`)
    files.push(file)
  }
  return files
}
