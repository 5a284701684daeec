-- Tables of runs.db. Times are ISO 8601 in UTC. Non-finite numbers are NULL. JSON is canonical text.
-- 'assy' in ASCII, so that no other program's SQLite file is taken for ours.
PRAGMA application_id = 1634956153;

CREATE TABLE environment (
  id INTEGER PRIMARY KEY NOT NULL,
  digest TEXT NOT NULL UNIQUE,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE environment_fact (
  environment INTEGER NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  value ANY NOT NULL,
  PRIMARY KEY (environment, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE experiment (
  id INTEGER PRIMARY KEY NOT NULL,
  name TEXT NOT NULL UNIQUE,
  question TEXT NOT NULL,
  file TEXT NOT NULL,
  "table" TEXT NOT NULL,
  environment INTEGER NOT NULL REFERENCES environment (id),
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE variant (
  experiment INTEGER NOT NULL REFERENCES experiment (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  cell TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('variant', 'baseline', 'reference')),
  ordinal INTEGER NOT NULL,
  PRIMARY KEY (experiment, name)
) STRICT, WITHOUT ROWID;

-- A run is one variant under one seed. An earlier one, of a study that has changed since, has current = 0.
CREATE TABLE run (
  id INTEGER PRIMARY KEY NOT NULL,
  experiment INTEGER NOT NULL,
  variant TEXT NOT NULL,
  seed INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('planned', 'running', 'done', 'failed', 'interrupted')),
  current INTEGER NOT NULL CHECK (current IN (0, 1)),
  error TEXT,
  environment INTEGER NOT NULL REFERENCES environment (id),
  started_at TEXT,
  ended_at TEXT,
  UNIQUE (experiment, variant, seed, fingerprint),
  FOREIGN KEY (experiment, variant) REFERENCES variant (experiment, name) ON DELETE CASCADE
) STRICT;

CREATE UNIQUE INDEX run_current ON run (experiment, variant, seed) WHERE current = 1;

-- `type` tells a boolean (0 or 1) from a number.
CREATE TABLE param (
  run INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('null', 'boolean', 'number', 'string')),
  value ANY,
  PRIMARY KEY (run, path)
) STRICT, WITHOUT ROWID;

-- A file under the object folder, named by the sha256 of its content.
CREATE TABLE artifact (
  hash TEXT PRIMARY KEY NOT NULL,
  bytes INTEGER NOT NULL,
  media_type TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One execution of a stage. Runs that need the same fingerprint share it.
CREATE TABLE stage (
  id INTEGER PRIMARY KEY NOT NULL,
  fingerprint TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  config TEXT NOT NULL,
  preimage TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('running', 'done', 'failed')),
  output TEXT REFERENCES artifact (hash),
  subject TEXT REFERENCES artifact (hash),
  error TEXT,
  started_at TEXT NOT NULL,
  ended_at TEXT
) STRICT;

CREATE INDEX stage_output ON stage (output);
CREATE INDEX stage_subject ON stage (subject);

CREATE TABLE stage_io (
  stage INTEGER NOT NULL REFERENCES stage (id) ON DELETE CASCADE,
  role TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  PRIMARY KEY (stage, role, fingerprint)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_stage (
  run INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  stage INTEGER NOT NULL REFERENCES stage (id),
  reused INTEGER NOT NULL CHECK (reused IN (0, 1)),
  PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX run_stage_stage ON run_stage (stage);

CREATE TABLE metric_key (
  id INTEGER PRIMARY KEY NOT NULL,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE metric (
  stage INTEGER NOT NULL REFERENCES stage (id) ON DELETE CASCADE,
  key INTEGER NOT NULL REFERENCES metric_key (id),
  step INTEGER NOT NULL,
  value REAL,
  PRIMARY KEY (stage, key, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE sample (
  id INTEGER PRIMARY KEY NOT NULL,
  stage INTEGER NOT NULL REFERENCES stage (id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  example TEXT NOT NULL,
  prompt TEXT NOT NULL,
  completion TEXT NOT NULL,
  solution TEXT NOT NULL,
  token_count INTEGER NOT NULL,
  finish_reason TEXT NOT NULL CHECK (finish_reason IN ('stop', 'length')),
  image TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  input_width INTEGER NOT NULL,
  input_height INTEGER NOT NULL,
  UNIQUE (stage, step, ordinal)
) STRICT;

CREATE TABLE sample_reward (
  sample INTEGER NOT NULL REFERENCES sample (id) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  part TEXT NOT NULL,
  value REAL,
  error TEXT,
  PRIMARY KEY (sample, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE box (
  sample INTEGER NOT NULL REFERENCES sample (id) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('true', 'predicted')),
  label TEXT NOT NULL,
  space TEXT NOT NULL CHECK (space IN ('original', 'resized', 'thousand')),
  x1 REAL,
  y1 REAL,
  x2 REAL,
  y2 REAL,
  PRIMARY KEY (sample, ordinal)
) STRICT, WITHOUT ROWID;

-- Training state of an unfinished stage, after a step.
CREATE TABLE checkpoint (
  stage INTEGER NOT NULL REFERENCES stage (id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  artifact TEXT NOT NULL REFERENCES artifact (hash),
  created_at TEXT NOT NULL,
  PRIMARY KEY (stage, step)
) STRICT, WITHOUT ROWID;

CREATE INDEX checkpoint_artifact ON checkpoint (artifact);

-- 97.5 % quantile of Student's t. Between two rows take the smaller df, which makes an interval slightly too wide.
CREATE TABLE student_t (
  df REAL PRIMARY KEY NOT NULL,
  t975 REAL NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO student_t (df, t975) VALUES
  (1, 12.7062047362),
  (2, 4.3026527297),
  (3, 3.1824463053),
  (4, 2.7764451052),
  (5, 2.5705818356),
  (6, 2.4469118511),
  (7, 2.3646242516),
  (8, 2.3060041352),
  (9, 2.2621571628),
  (10, 2.2281388520),
  (11, 2.2009851601),
  (12, 2.1788128297),
  (13, 2.1603686565),
  (14, 2.1447866879),
  (15, 2.1314495456),
  (16, 2.1199052992),
  (17, 2.1098155778),
  (18, 2.1009220402),
  (19, 2.0930240544),
  (20, 2.0859634473),
  (21, 2.0796138447),
  (22, 2.0738730679),
  (23, 2.0686576104),
  (24, 2.0638985616),
  (25, 2.0595385528),
  (26, 2.0555294386),
  (27, 2.0518305165),
  (28, 2.0484071418),
  (29, 2.0452296421),
  (30, 2.0422724563),
  (40, 2.0210753903),
  (60, 2.0002978220),
  (120, 1.9799304051),
  (9e999, 1.9599639845);
