/** What the environment asks of telemetry, by OpenTelemetry's own variables. */

/** Variables of the environment. */
export type Variables = { readonly [name: string]: string | undefined }

/** Where traces and metrics go, and how they are written. */
export interface Sends {
  readonly _tag: "Sends"
  /** Scheme and host of the collector, without what a password might stand in. */
  readonly to: string
  readonly encoding: "json" | "protobuf"
  /** The variables, with what OpenTelemetry says of those that are not set. */
  readonly variables: { readonly [name: string]: string }
}

/** Something is asked for that cannot be done: nothing is sent. */
export interface Refuses {
  readonly _tag: "Refuses"
  readonly reason: string
}

const endpoints = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"] as const

/** What holds where nothing is said. A second is what the end of a run waits for a collector at most. */
const defaults = {
  OTEL_SERVICE_NAME: "assay",
  OTEL_TRACES_EXPORTER: "otlp",
  OTEL_METRICS_EXPORTER: "otlp",
  OTEL_METRIC_EXPORT_INTERVAL: "10000",
  OTEL_EXPORTER_OTLP_TIMEOUT: "1000"
}

const encodings: { readonly [protocol: string]: Sends["encoding"] } = { "http/protobuf": "protobuf", "http/json": "json" }

const refuses = (reason: string): Refuses => ({ _tag: "Refuses", reason })

/** Undefined where no collector is named, or the SDK is disabled: then nothing of telemetry is loaded. A variable that is empty is not set. */
export const asked = (environment: Variables): Sends | Refuses | undefined => {
  const set = Object.entries(environment).filter((entry): entry is [string, string] => (entry[1] ?? "").trim() !== "")
  const variables: { readonly [name: string]: string } = { ...defaults, ...Object.fromEntries(set) }
  const named = endpoints.filter((name) => variables[name] !== undefined)
  if (named.length === 0 || variables["OTEL_SDK_DISABLED"]?.toLowerCase() === "true") return undefined
  const wrong = named.find((name) => !/^https?:$/.test(URL.parse(variables[name]!)?.protocol ?? ""))
  if (wrong !== undefined) return refuses(`${wrong} is no address of HTTP. Write it like http://localhost:4318.`)
  const protocol = variables["OTEL_EXPORTER_OTLP_PROTOCOL"] ?? "http/protobuf"
  const encoding = encodings[protocol]
  if (encoding === undefined) {
    return refuses(
      `OTEL_EXPORTER_OTLP_PROTOCOL is ${protocol}, which is not spoken here. Set it to http/protobuf, and the endpoint to the collector's port for HTTP (4318 as a rule).`
    )
  }
  return { _tag: "Sends", to: new URL(variables[named[0]!]!).origin, encoding, variables }
}
