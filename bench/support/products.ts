/**
 * Counts the floating-point operations of matrix products from ONNX Runtime's own profile: the graph that really runs,
 * after its optimiser, with the shapes that were really packed.
 */
import { createReadStream, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import * as Sessions from "./sessions.ts"

/** One matrix product, repeated `batch` times: [rows, inner] x [inner, columns]. */
export interface Product {
  readonly batch: number
  readonly rows: number
  readonly inner: number
  readonly columns: number
}

export const operations = ({ batch, columns, inner, rows }: Product): number => 2 * batch * rows * inner * columns

export const total = (products: ReadonlyArray<Product>): number =>
  products.reduce((sum, product) => sum + operations(product), 0)

interface Event {
  readonly name: string
  readonly args?: {
    readonly op_name?: string
    readonly input_type_shape?: ReadonlyArray<{ readonly [type: string]: ReadonlyArray<number> }>
    readonly output_type_shape?: ReadonlyArray<{ readonly [type: string]: ReadonlyArray<number> }>
  }
}

const plain = new Set(["MatMul", "Gemm", "FusedMatMul", "FusedGemm"])
/** Nodes that multiply in other ways, which nobody has taught this file to count. */
const unknown = /MatMul|Gemm|Conv|Einsum|Attention/

/**
 * The product of a node's profile. The inner size follows from the first operand's number of elements, which holds for
 * transposed operands too.
 */
const productOf = ({ args }: Event): Product | undefined => {
  const name = args?.op_name ?? ""
  if (!plain.has(name)) {
    // Decoding's attention is no product node; `decode.ts` adds its products itself.
    if (unknown.test(name) && name !== "GroupQueryAttention") throw new Error(`the products of ${name} cannot be counted`)
    return undefined
  }
  const first = Object.values(args!.input_type_shape![0]!)[0]!
  const result = Object.values(args!.output_type_shape![0]!)[0]!
  const rows = result.at(-2)!
  return {
    batch: result.slice(0, -2).reduce((a, b) => a * b, 1),
    rows,
    inner: (first.at(-1)! * first.at(-2)!) / rows,
    columns: result.at(-1)!
  }
}

/**
 * The products of every session run during `work`, in order within each session that `work` makes, and what it returned.
 *
 * Only sessions made during `work` are seen.
 */
export const during = async <A>(
  work: () => Promise<A>
): Promise<{ readonly result: A; readonly sessions: ReadonlyArray<ReadonlyArray<ReadonlyArray<Product>>> }> => {
  const folder = mkdtempSync(join(tmpdir(), "assay-bench-profile-"))
  try {
    let result: A | undefined
    await Sessions.profiling(join(folder, "profile"), async () => {
      result = await work()
    })
    const files = readdirSync(folder).sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
    const sessions: Array<ReadonlyArray<ReadonlyArray<Product>>> = []
    for (const file of files) sessions.push(await read(join(folder, file)))
    return { result: result!, sessions }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A profile has one event a line and reaches hundreds of megabytes. Each run ends with a `model_run`. */
const read = async (file: string): Promise<ReadonlyArray<ReadonlyArray<Product>>> => {
  const runs: Array<ReadonlyArray<Product>> = []
  let products: Array<Product> = []
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (line.includes("\"model_run\"")) {
      runs.push(products)
      products = []
    } else if (line.includes("_kernel_time") && unknown.test(line)) {
      const product = productOf(JSON.parse(line.replace(/,\s*$/, "")) as Event)
      if (product !== undefined) products.push(product)
    }
  }
  return runs
}
