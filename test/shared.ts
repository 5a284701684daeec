/** A folder for what files of tests share, and for all that they leave in the temporary one; it is gone when all have run. */
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

export default () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-tests-"))
  chmodSync(folder, 0o755) // some tests run programs as nobody
  process.env["ASSAY_TESTS_SHARED"] = folder
  process.env["TMPDIR"] = folder
  return () => rmSync(folder, { recursive: true, force: true })
}
