/** What clients are told about the server before anything else. */

/** Flags of `client/config`, of the SDK's versions 0.24 to 0.38; what is left out keeps its default. */
export const clientConfig = {
  pjwt_auth_enabled: false,
  credential_default_source: "api_key",
  /** A large batch comes in pieces one after the other: gradients add up in the order of the data. */
  parallel_fwdbwd_chunks: false,
  /** One poll for all answers of a sampling session. */
  sample_use_retrieve_futures: true,
  sample_max_concurrent_requests: 256,
  create_model_via_load_weights: true
} as const

export const dynamicConfig = { sample_cancel_enabled: false } as const
