/** A collector of OpenTelemetry for tests: a server on a free port that decodes what comes, by the published messages, and keeps it. */
import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import protobuf from "protobufjs"

/** What is read here of opentelemetry-proto 1.x: the numbers of fields are its own, those that no test reads are left out. */
const messages = protobuf.parse(`syntax = "proto3";
  message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message Status { string message = 2; int32 code = 3; }
  message Event { fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3; }
  message Span { bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; fixed64 start_time_unix_nano = 7;
    fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9; repeated Event events = 11; Status status = 15; }
  message ScopeSpans { repeated Span spans = 2; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message TracesData { repeated ResourceSpans resource_spans = 1; }
  message Point { oneof value { double as_double = 4; sfixed64 as_int = 6; } repeated KeyValue attributes = 7; }
  message Gauge { repeated Point data_points = 1; }
  message Sum { repeated Point data_points = 1; int32 aggregation_temporality = 2; bool is_monotonic = 3; }
  message Metric { string name = 1; string description = 2; Gauge gauge = 5; Sum sum = 7; }
  message ScopeMetrics { repeated Metric metrics = 2; }
  message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; }
  message MetricsData { repeated ResourceMetrics resource_metrics = 1; }`).root

type Attributes = { readonly [name: string]: string | number | boolean }

export interface Span {
  readonly id: string
  readonly parent: string
  readonly trace: string
  readonly name: string
  /** Nanoseconds since 1970. */
  readonly start: bigint
  readonly end: bigint
  readonly attributes: Attributes
  readonly events: ReadonlyArray<{ readonly name: string; readonly attributes: Attributes }>
  /** 0 unset, 1 well, 2 failed. */
  readonly code: number
  readonly message: string
  readonly service: string
}

export interface Point {
  readonly metric: string
  readonly attributes: Attributes
  readonly value: number
}

interface Pair {
  readonly key: string
  readonly value: { readonly [kind: string]: string | number | boolean }
}

interface Traces {
  readonly resourceSpans: ReadonlyArray<{
    readonly resource: { readonly attributes: ReadonlyArray<Pair> }
    readonly scopeSpans: ReadonlyArray<{
      readonly spans: ReadonlyArray<{
        /** Hexadecimal in JSON, bytes in protobuf. */
        readonly traceId: string | ReadonlyArray<number>
        readonly spanId: string | ReadonlyArray<number>
        readonly parentSpanId?: string | ReadonlyArray<number>
        readonly name: string
        readonly startTimeUnixNano: string
        readonly endTimeUnixNano: string
        readonly attributes?: ReadonlyArray<Pair>
        readonly events?: ReadonlyArray<{ readonly name: string; readonly attributes?: ReadonlyArray<Pair> }>
        readonly status?: { readonly code?: number; readonly message?: string }
      }>
    }>
  }>
}

interface Points {
  readonly dataPoints: ReadonlyArray<{ readonly attributes?: ReadonlyArray<Pair>; readonly asInt?: string; readonly asDouble?: number }>
}

interface Metrics {
  readonly resourceMetrics: ReadonlyArray<{
    readonly scopeMetrics: ReadonlyArray<{
      readonly metrics: ReadonlyArray<{ readonly name: string; readonly gauge?: Points; readonly sum?: Points }>
    }>
  }>
}

/** Both encodings in the shape that JSON has. */
const decoded = (message: "TracesData" | "MetricsData", type: string | undefined, body: Buffer): unknown => {
  if (type === "application/json") return JSON.parse(body.toString("utf8"))
  if (type !== "application/x-protobuf") throw new Error(`a body of type ${type}`)
  const found = messages.lookupType(message)
  return found.toObject(found.decode(body), { longs: String, bytes: Array })
}

const idOf = (id: string | ReadonlyArray<number> | undefined): string => typeof id === "object" ? Buffer.from(id).toString("hex") : id ?? ""

const attributesOf = (list: ReadonlyArray<Pair> = []): Attributes =>
  Object.fromEntries(list.map(({ key, value }) => {
    const [kind, held] = Object.entries(value)[0]!
    return [key, kind === "intValue" ? Number(held) : held]
  }))

const spansIn = (data: Traces): ReadonlyArray<Span> =>
  data.resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        id: idOf(span.spanId),
        parent: idOf(span.parentSpanId),
        trace: idOf(span.traceId),
        name: span.name,
        start: BigInt(span.startTimeUnixNano),
        end: BigInt(span.endTimeUnixNano),
        attributes: attributesOf(span.attributes),
        events: (span.events ?? []).map(({ attributes, name }) => ({ name, attributes: attributesOf(attributes) })),
        code: span.status?.code ?? 0,
        message: span.status?.message ?? "",
        service: String(attributesOf(resource.attributes)["service.name"])
      }))
    )
  )

const pointsIn = (data: Metrics): ReadonlyArray<Point> =>
  data.resourceMetrics.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics = [] }) => // left out where there are none yet
      metrics.flatMap(({ gauge, name, sum }) =>
        (gauge ?? sum)!.dataPoints.map(({ asDouble, asInt, attributes }) => ({
          metric: name,
          attributes: attributesOf(attributes),
          value: Number(asInt ?? asDouble ?? 0)
        }))
      )
    )
  )

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** `answers: false` takes what comes and never answers. */
export const collector = async ({ answers = true } = {}) => {
  const spans: Array<Span> = []
  let points: ReadonlyArray<Point> = []
  const requests: Array<{ readonly path: string | undefined; readonly type: string | undefined; readonly token: string | undefined }> = []
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    const { "content-type": type, "x-token": token } = request.headers
    requests.push({ path: request.url, type, token: token as string | undefined })
    if (request.url === "/v1/traces") spans.push(...spansIn(decoded("TracesData", type, body) as Traces))
    if (request.url === "/v1/metrics") points = pointsIn(decoded("MetricsData", type, body) as Metrics) // each has all of them, newer
    if (answers) response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: spans as ReadonlyArray<Span>,
    requests: requests as ReadonlyArray<(typeof requests)[number]>,
    points: () => points,
    /** The value of a metric whose attributes hold these. */
    value: (metric: string, attributes: Attributes) =>
      points.find((point) => point.metric === metric && Object.entries(attributes).every(([key, value]) => point.attributes[key] === value))?.value,
    close: () => {
      server.closeAllConnections()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    }
  }
}
