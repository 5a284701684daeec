import { readFileSync } from "node:fs"
import type { Lora } from "../../src/model/lora.ts"
import type { Sequence } from "../../src/policy/trainer.ts"

/** A random model, and what it is asked and made to score. Everything about it follows from these lines. */
export interface Case {
  readonly name: string
  /** Its config.json, whose tokens are those of `folder`. */
  readonly config: { readonly [key: string]: unknown }
  /** Random adapters beside the model, which PEFT is then asked about. */
  readonly lora?: Lora
  /** For each prompt: its text, and width and height of its images, which need no resizing. */
  readonly prompts: ReadonlyArray<{
    readonly text: string
    readonly images: ReadonlyArray<readonly [number, number]>
    /** Numbers of tokens of the completions to score. */
    readonly completions: ReadonlyArray<number>
  }>
}

/** A prompt of a case as the policy and the peer are asked it. */
export type Question = Sequence["question"]

/** What a config.json says of the tokenizer of `folder`. */
const tokens = {
  vocab_size: 1536,
  bos_token_id: 1529,
  eos_token_id: 1531,
  pad_token_id: 1529,
  image_token_id: 1534,
  video_token_id: 1535,
  vision_start_token_id: 1532,
  vision_end_token_id: 1533
}

/** The architecture of a shipped model. */
const shipped = (name: string) => ({ ...JSON.parse(readFileSync(`assets/${name}/config.json`, "utf8")), ...tokens })

/** A config.json for the tokenizer of `folder`; `own` and `vision` say the rest. */
const config = (own: { readonly hidden_size: number; readonly [key: string]: unknown }, vision: object) => ({
  architectures: ["Qwen2_5_VLForConditionalGeneration"],
  model_type: "qwen2_5_vl",
  hidden_act: "silu",
  rms_norm_eps: 1e-6,
  rope_theta: 1e4,
  max_position_embeddings: 2048,
  tie_word_embeddings: true,
  ...tokens,
  ...own,
  vision_config: {
    model_type: "qwen2_5_vl",
    hidden_act: "silu",
    in_chans: 3,
    patch_size: 14,
    temporal_patch_size: 2,
    spatial_merge_size: 2,
    out_hidden_size: own.hidden_size,
    ...vision
  }
})

export const cases: ReadonlyArray<Case> = [
  {
    name: "tiny-vl",
    config: shipped("tiny-vl"),
    prompts: [
      { text: "Find every circle and square.", images: [[112, 112]], completions: [14, 9] },
      { text: "Find the star. Answer in JSON.", images: [[112, 112]], completions: [1] }
    ]
  },
  {
    name: "tiny-vl-large",
    config: shipped("tiny-vl-large"),
    prompts: [
      { text: "Find every circle and square.", images: [[140, 112]], completions: [8, 3] },
      { text: "How many stars are there?", images: [[112, 112]], completions: [5] }
    ]
  },
  {
    name: "windows-only",
    config: config(
      {
        hidden_size: 64,
        num_hidden_layers: 2,
        num_attention_heads: 4,
        num_key_value_heads: 1,
        intermediate_size: 96,
        rope_scaling: { type: "mrope", mrope_section: [2, 3, 3] },
        tie_word_embeddings: false
      },
      {
        depth: 2,
        hidden_size: 32,
        num_heads: 2,
        intermediate_size: 40,
        window_size: 56,
        fullatt_block_indexes: []
      }
    ),
    prompts: [
      { text: "Boxes?", images: [[140, 84]], completions: [6, 11, 2] },
      { text: "Where are red triangles? Give boxes.", images: [[196, 112]], completions: [8] }
    ]
  },
  {
    name: "full-only",
    config: config(
      {
        hidden_size: 64,
        num_hidden_layers: 3,
        num_attention_heads: 4,
        num_key_value_heads: 2,
        intermediate_size: 80,
        rope_scaling: { type: "mrope", mrope_section: [4, 2, 2] }
      },
      {
        depth: 2,
        hidden_size: 48,
        num_heads: 3,
        intermediate_size: 64,
        window_size: 112,
        fullatt_block_indexes: [0, 1]
      }
    ),
    prompts: [
      { text: "What differs?", images: [[112, 84], [56, 140]], completions: [7, 5] },
      { text: "Count the shapes, then box them one by one.", images: [[84, 84]], completions: [10] },
      { text: "No picture here.", images: [], completions: [4, 3] }
    ]
  },
  {
    name: "mixed",
    config: config(
      {
        hidden_size: 144,
        num_hidden_layers: 2,
        num_attention_heads: 6,
        num_key_value_heads: 6,
        intermediate_size: 100,
        rms_norm_eps: 1e-5,
        rope_theta: 1e6,
        rope_scaling: { type: "mrope", mrope_section: [2, 6, 4] }
      },
      {
        depth: 3,
        hidden_size: 40,
        num_heads: 2,
        intermediate_size: 52,
        window_size: 84,
        fullatt_block_indexes: [1]
      }
    ),
    prompts: [
      { text: "Compare the two.", images: [[196, 112], [140, 84]], completions: [5] },
      { text: "Box each object, which is a longer question.", images: [[56, 84]], completions: [12, 3] },
      { text: "And here?", images: [[112, 112]], completions: [6] }
    ]
  },
  {
    name: "four-keys",
    config: config(
      {
        hidden_size: 128,
        num_hidden_layers: 2,
        num_attention_heads: 8,
        num_key_value_heads: 4,
        intermediate_size: 144,
        rope_scaling: { type: "mrope", mrope_section: [4, 2, 2] },
        tie_word_embeddings: false
      },
      {
        depth: 2,
        hidden_size: 32,
        num_heads: 4,
        intermediate_size: 36,
        window_size: 112,
        fullatt_block_indexes: [0]
      }
    ),
    prompts: [
      { text: "Everything blue.", images: [[196, 140]], completions: [9, 9] },
      { text: "Everything.", images: [[252, 56]], completions: [4, 16] }
    ]
  },
  {
    name: "album",
    config: config(
      {
        hidden_size: 96,
        num_hidden_layers: 2,
        num_attention_heads: 6,
        num_key_value_heads: 2,
        intermediate_size: 112,
        rope_theta: 5e5,
        rope_scaling: { type: "mrope", mrope_section: [2, 3, 3] },
        tie_word_embeddings: false
      },
      {
        depth: 3,
        hidden_size: 48,
        num_heads: 3,
        intermediate_size: 56,
        window_size: 56,
        fullatt_block_indexes: [2]
      }
    ),
    prompts: [
      { text: "Which of the three is the odd one?", images: [[56, 56], [168, 84], [84, 196]], completions: [6, 2] },
      { text: "And of these two?", images: [[224, 56], [112, 140]], completions: [9] },
      { text: "One.", images: [[140, 140]], completions: [3, 5, 7] }
    ]
  },
  {
    name: "one-key",
    config: config(
      {
        hidden_size: 64,
        num_hidden_layers: 3,
        num_attention_heads: 8,
        num_key_value_heads: 1,
        intermediate_size: 72,
        rms_norm_eps: 1e-5,
        rope_scaling: { type: "mrope", mrope_section: [1, 1, 2] }
      },
      {
        depth: 1,
        hidden_size: 24,
        num_heads: 2,
        intermediate_size: 30,
        window_size: 112,
        fullatt_block_indexes: [0]
      }
    ),
    prompts: [
      { text: "Left, then right.", images: [[112, 56], [56, 168]], completions: [8] },
      { text: "Box it.", images: [[84, 112]], completions: [5, 1] }
    ]
  },
  {
    name: "lora-some",
    lora: { rank: 2, alpha: 8, targets: ["k_proj", "q_proj", "gate_proj"] },
    config: config(
      {
        hidden_size: 64,
        num_hidden_layers: 2,
        num_attention_heads: 4,
        num_key_value_heads: 2,
        intermediate_size: 96,
        rope_scaling: { type: "mrope", mrope_section: [2, 3, 3] }
      },
      {
        depth: 2,
        hidden_size: 32,
        num_heads: 2,
        intermediate_size: 40,
        window_size: 56,
        fullatt_block_indexes: [1]
      }
    ),
    prompts: [
      { text: "Where is the star?", images: [[112, 84]], completions: [7, 4] },
      { text: "Where are the squares?", images: [[84, 140]], completions: [9] }
    ]
  },
  {
    name: "lora-all",
    lora: { rank: 5, alpha: 3, targets: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"] },
    config: config(
      {
        hidden_size: 96,
        num_hidden_layers: 3,
        num_attention_heads: 6,
        num_key_value_heads: 2,
        intermediate_size: 80,
        rope_scaling: { type: "mrope", mrope_section: [2, 3, 3] },
        tie_word_embeddings: false
      },
      {
        depth: 2,
        hidden_size: 32,
        num_heads: 2,
        intermediate_size: 40,
        window_size: 112,
        fullatt_block_indexes: [0]
      }
    ),
    prompts: [
      { text: "Compare them.", images: [[56, 84], [140, 56]], completions: [6] },
      { text: "No picture, but a question.", images: [], completions: [5, 2] }
    ]
  }
]
