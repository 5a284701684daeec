-- Processes that run studies on this database now. `beat` goes on while one lives; of one that is gone, what it had in hand is free.
CREATE TABLE worker (
  id TEXT PRIMARY KEY NOT NULL,
  machine TEXT NOT NULL,
  pid INTEGER NOT NULL,
  experiment TEXT,
  beat INTEGER NOT NULL,
  started_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What a process has in hand, so that no other begins it: a stage by its fingerprint, a run as `run 7`.
CREATE TABLE claim (
  name TEXT PRIMARY KEY NOT NULL,
  worker TEXT NOT NULL REFERENCES worker (id) ON DELETE CASCADE,
  claimed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX claim_worker ON claim (worker);

-- Files that a process has put down and that no stage names yet: nobody deletes them meanwhile.
CREATE TABLE unnamed_artifact (
  artifact TEXT NOT NULL REFERENCES artifact (hash),
  worker TEXT NOT NULL REFERENCES worker (id) ON DELETE CASCADE,
  PRIMARY KEY (artifact, worker)
) STRICT, WITHOUT ROWID;

CREATE INDEX unnamed_artifact_worker ON unnamed_artifact (worker);
