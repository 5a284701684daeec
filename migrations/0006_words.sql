-- What is told in words: what happened to a run, and what some code was made of.

-- What happened to a run, in order. `stage` is a label of the run; NULL is the run itself.
CREATE TABLE log (
  run INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  at TEXT NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('debug', 'info', 'warn', 'error')),
  stage TEXT,
  message TEXT NOT NULL,
  PRIMARY KEY (run, ordinal)
) STRICT, WITHOUT ROWID;

-- Declarations of the code behind a hash, as JSON: by module, a hash of each. `assay` is the version that it was found by.
CREATE TABLE code (
  hash TEXT PRIMARY KEY NOT NULL,
  assay TEXT NOT NULL,
  outline TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What the fingerprint of a policy's first state is the hash of.
CREATE TABLE policy (
  fingerprint TEXT PRIMARY KEY NOT NULL,
  preimage TEXT NOT NULL
) STRICT, WITHOUT ROWID;
