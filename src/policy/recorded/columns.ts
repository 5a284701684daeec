/** Where a row of a log keeps what: columns by dotted paths, and how the logs that people have are laid out. */

/** Columns of rows that hold answers; each is a dotted path, such as `response.body.choices.0.message.content`. */
export interface Columns {
  /** The list of rows within a JSON document; left out where the file is a list, or JSON lines. */
  readonly rows?: string
  readonly answer: string
  /** Path of the image; its file name counts. With a `?` at its end, all rows may lack it. */
  readonly image?: string
  /** What was asked, or a part of it. */
  readonly question?: string
  /** What to sort the rows by, where their order in the file is not that of the data set; numbers in it count as numbers. */
  readonly order?: string
  /** "length" where the answer was cut off. */
  readonly finishReason?: string
}

/** What stands at a dotted path; undefined where nothing does. */
export const at = (value: unknown, path: string): unknown =>
  path.split(".").reduce<unknown>(
    (found, key) => typeof found === "object" && found !== null && Object.hasOwn(found, key) ? (found as { readonly [key: string]: unknown })[key] : undefined,
    value
  )

/**
 * Logs of other programs: `Policy.recorded({ file, ...Policy.logs.vlmR1 })`.
 *
 * Sources: VLM-R1's src/eval (REC, and counting on SuperCLEVR); lmms-eval's `--log_samples`; ms-swift's `swift infer`; OpenAI's Batch
 * API, whose lines come in any order.
 */
export const logs = {
  // its newer logs have the image
  vlmR1: { rows: "results", answer: "model_output", question: "question", image: "image?" },
  vlmR1Counting: { rows: "results", answer: "model_output", question: "question.question", image: "question.image_path" },
  lmmsEval: { answer: "resps.0.0", order: "doc_id" },
  msSwift: { answer: "response", image: "images.0.path" },
  openaiBatch: {
    answer: "response.body.choices.0.message.content",
    finishReason: "response.body.choices.0.finish_reason",
    order: "custom_id"
  }
} as const satisfies { readonly [log: string]: Columns }
