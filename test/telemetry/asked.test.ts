import { assert, describe, it } from "vitest"
import { asked, wordsOf } from "../../src/telemetry/asked.ts"

const endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT"

describe("what the environment asks of telemetry", () => {
  it("is nothing unless a collector is named", () => {
    assert.isUndefined(asked({}))
    assert.isUndefined(asked({ OTEL_SERVICE_NAME: "mine", [endpoint]: " " }))
    assert.isUndefined(asked({ [endpoint]: "http://localhost:4318", OTEL_SDK_DISABLED: "TRUE" }))
  })

  it("is protobuf to the endpoint, with the defaults of OpenTelemetry for what is not set", () => {
    const found = asked({ [endpoint]: "http://localhost:4318", OTEL_SERVICE_NAME: "mine", OTEL_EXPORTER_OTLP_HEADERS: "" })
    assert(found?._tag === "Sends")
    assert.deepStrictEqual(found.traces, { to: "http://localhost:4318", encoding: "protobuf" })
    assert.deepStrictEqual(found.metrics, found.traces)
    assert.strictEqual(wordsOf(found), "Traces and metrics go to http://localhost:4318.")
    assert.strictEqual(found.variables["OTEL_SERVICE_NAME"], "mine")
    assert.strictEqual(found.variables["OTEL_TRACES_EXPORTER"], "otlp")
    assert.notProperty(found.variables, "OTEL_EXPORTER_OTLP_HEADERS")
  })

  const traces = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
  const metrics = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"

  it.each([
    ["one signal alone", { [traces]: "https://c:4318/v1/traces" }, "Traces go to https://c:4318; no metrics are sent."],
    ["the other", { [metrics]: "https://c:4318/v1/metrics" }, "Metrics go to https://c:4318; no traces are sent."],
    ["one that the other is kept from", { [endpoint]: "http://c:4318", OTEL_METRICS_EXPORTER: "none" }, "Traces go to http://c:4318; no metrics are sent."],
    ["one place each", { [endpoint]: "http://a:4318", [traces]: "http://b:4318/v1/traces" }, "Traces go to http://b:4318, metrics to http://a:4318."]
  ])("may be %s, and says so", (_, environment, words) => {
    const found = asked(environment)
    assert(found?._tag === "Sends")
    assert.strictEqual(wordsOf(found), words)
  })

  it("may be JSON, for both signals or one", () => {
    const encodings = (environment: { readonly [name: string]: string }) => {
      const found = asked({ [endpoint]: "http://c:4318", ...environment })
      assert(found?._tag === "Sends")
      return [found.traces?.encoding, found.metrics?.encoding]
    }
    assert.deepStrictEqual(encodings({ OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" }), ["json", "json"])
    assert.deepStrictEqual(encodings({ OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: "http/json" }), ["protobuf", "json"])
    assert.deepStrictEqual(encodings({ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc", OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/json", OTEL_METRICS_EXPORTER: "none" }), ["json", undefined])
  })

  it("is nothing where every signal is kept from being sent", () => {
    assert.isUndefined(asked({ [endpoint]: "http://c:4318", OTEL_TRACES_EXPORTER: "none", OTEL_METRICS_EXPORTER: "none" }))
  })

  it("says where to without a password", () => {
    const found = asked({ [endpoint]: "https://me:secret@collector.example:4318/otlp?key=secret" })
    assert(found?._tag === "Sends")
    assert.strictEqual(wordsOf(found), "Traces and metrics go to https://collector.example:4318.")
  })

  it.each([
    [{ [endpoint]: "localhost:4318" }, /OTEL_EXPORTER_OTLP_ENDPOINT is no address of HTTP/],
    [{ [endpoint]: "nowhere" }, /is no address of HTTP/],
    [{ [endpoint]: "http://localhost:4317", OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "grpc" }, /^OTEL_EXPORTER_OTLP_TRACES_PROTOCOL is grpc/],
    [{ [endpoint]: "http://localhost:4317", OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: "grpc" }, /^OTEL_EXPORTER_OTLP_METRICS_PROTOCOL is grpc/],
    [{ [endpoint]: "http://localhost:4317", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, /is grpc, which is not spoken here.*4318/]
  ])("is refused where it cannot be done: %o", (environment, reason) => {
    const found = asked(environment)
    assert(found?._tag === "Refuses")
    assert.match(found.reason, reason)
  })
})
