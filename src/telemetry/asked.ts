/** What the environment asks of telemetry, by OpenTelemetry's own variables. */

/** Variables of the environment. */
export type Variables = { readonly [name: string]: string | undefined }

/** Where one signal goes, and how it is written. */
export interface Way {
  /** Scheme and host of the collector, without what a password might stand in. */
  readonly to: string
  readonly encoding: "json" | "protobuf"
}

/** Where traces and metrics go: at least one of the two is sent. */
export interface Sends {
  readonly _tag: "Sends"
  readonly traces: Way | undefined
  readonly metrics: Way | undefined
  /** The variables, with what OpenTelemetry says of those that are not set. */
  readonly variables: { readonly [name: string]: string }
}

/** Something is asked for that cannot be done: nothing is sent. */
export interface Refuses {
  readonly _tag: "Refuses"
  readonly reason: string
}

/** What holds where nothing is said. A second is what the end of a run waits for a collector at most. */
const defaults = {
  OTEL_SERVICE_NAME: "assay",
  OTEL_TRACES_EXPORTER: "otlp",
  OTEL_METRICS_EXPORTER: "otlp",
  OTEL_METRIC_EXPORT_INTERVAL: "10000",
  OTEL_EXPORTER_OTLP_TIMEOUT: "1000"
}

const encodings: { readonly [protocol: string]: Way["encoding"] } = { "http/protobuf": "protobuf", "http/json": "json" }

const refuses = (reason: string): Refuses => ({ _tag: "Refuses", reason })

/** The way of a signal, whose own variables come before the general ones; undefined where it is not sent. */
const wayOf = (signal: "TRACES" | "METRICS", variables: Sends["variables"]): Way | Refuses | undefined => {
  const setting = (what: string) =>
    [`OTEL_EXPORTER_OTLP_${signal}_${what}`, `OTEL_EXPORTER_OTLP_${what}`].find((name) => variables[name] !== undefined)
  const exporters = variables[`OTEL_${signal}_EXPORTER`]!.toLowerCase().split(",").map((name) => name.trim())
  const endpoint = setting("ENDPOINT")
  if (endpoint === undefined || !exporters.includes("otlp")) return undefined
  const url = URL.parse(variables[endpoint]!)
  if (url === null || !/^https?:$/.test(url.protocol)) return refuses(`${endpoint} is no address of HTTP. Write it like http://localhost:4318.`)
  const named = setting("PROTOCOL")
  const protocol = named === undefined ? "http/protobuf" : variables[named]!
  const encoding = encodings[protocol]
  return encoding !== undefined ? { to: url.origin, encoding } : refuses(
    `${named} is ${protocol}, which is not spoken here. Set it to http/protobuf, and the endpoint to the collector's port for HTTP (4318 as a rule).`
  )
}

/**
 * Undefined where no collector is named for a signal that is sent, or the SDK is disabled: then nothing of telemetry is loaded. A variable
 * that is empty is not set.
 */
export const asked = (environment: Variables): Sends | Refuses | undefined => {
  const set = Object.entries(environment).filter((entry): entry is [string, string] => (entry[1] ?? "").trim() !== "")
  const variables: Sends["variables"] = { ...defaults, ...Object.fromEntries(set) }
  if (variables["OTEL_SDK_DISABLED"]?.toLowerCase() === "true") return undefined
  const [traces, metrics] = [wayOf("TRACES", variables), wayOf("METRICS", variables)]
  if (traces !== undefined && "reason" in traces) return traces
  if (metrics !== undefined && "reason" in metrics) return metrics
  return traces === undefined && metrics === undefined ? undefined : { _tag: "Sends", traces, metrics, variables }
}

/** What goes where, in words. */
export const wordsOf = ({ metrics, traces }: Pick<Sends, "traces" | "metrics">): string =>
  traces === undefined
    ? `Metrics go to ${metrics!.to}; no traces are sent.`
    : metrics === undefined
    ? `Traces go to ${traces.to}; no metrics are sent.`
    : traces.to === metrics.to
    ? `Traces and metrics go to ${traces.to}.`
    : `Traces go to ${traces.to}, metrics to ${metrics.to}.`
