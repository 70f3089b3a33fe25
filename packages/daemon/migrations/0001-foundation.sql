-- Rows of the protocol are stored as the JSON that protocol's schemas define, once; what is looked
-- up by is generated from it. Ids are UUIDv7, so ordering by id is ordering by age. What has to be
-- JSON is checked to be: SQLite's own checks of a file then find rubbish in rows, too.

CREATE TABLE project (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL CHECK (json_valid(body)),
  path TEXT NOT NULL UNIQUE GENERATED ALWAYS AS (body ->> 'path') STORED,
  trusted_hash TEXT
) STRICT;

CREATE TABLE project_grant (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL CHECK (json_valid(body)),
  project_id TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'projectId') STORED,
  thread_id TEXT GENERATED ALWAYS AS (body ->> 'threadId') STORED
) STRICT;
CREATE INDEX project_grant_by_project ON project_grant (project_id);

CREATE TABLE task (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL CHECK (json_valid(body)),
  project_id TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'projectId') STORED,
  state TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'state') STORED
) STRICT;
CREATE INDEX task_by_project ON task (project_id, state);

CREATE TABLE thread (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL CHECK (json_valid(body)),
  lent TEXT NOT NULL DEFAULT '[]',
  project_id TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'projectId') STORED,
  task_id TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'taskId') STORED,
  status TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'status') STORED
) STRICT;
CREATE INDEX thread_by_project ON thread (project_id, status);
CREATE INDEX thread_by_status ON thread (status);

CREATE TABLE turn (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL CHECK (json_valid(body)),
  thread_id TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'threadId') STORED,
  state TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'state') STORED
) STRICT;
CREATE INDEX turn_by_thread ON turn (thread_id);
CREATE INDEX turn_by_state ON turn (state);

CREATE TABLE item (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL CHECK (json_valid(body)),
  content TEXT NOT NULL DEFAULT '',
  thread_id TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'threadId') STORED,
  turn_id TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'turnId') STORED,
  state TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'state') STORED
) STRICT;
CREATE INDEX item_by_thread ON item (thread_id, id);
CREATE INDEX item_by_turn ON item (turn_id);
CREATE INDEX item_running ON item (state) WHERE state = 'running';

CREATE TABLE approval (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL CHECK (json_valid(body)),
  thread_id TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'threadId') STORED,
  turn_id TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'turnId') STORED,
  state TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'state') STORED
) STRICT;
CREATE INDEX approval_by_thread ON approval (thread_id, id);
CREATE INDEX approval_pending ON approval (state) WHERE state = 'pending';

CREATE TABLE landing (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL CHECK (json_valid(body)),
  thread_id TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'threadId') STORED,
  state TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'state') STORED
) STRICT;
CREATE INDEX landing_by_thread ON landing (thread_id, id);

-- The change feed of each thread, without gaps.
CREATE TABLE thread_event (
  thread_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  event TEXT NOT NULL CHECK (json_valid(event)),
  PRIMARY KEY (thread_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE daemon_event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  event TEXT NOT NULL CHECK (json_valid(event))
) STRICT;

-- Every mutating call that was accepted, so that repeating it repeats its answer.
CREATE TABLE mutation (
  key TEXT PRIMARY KEY,
  method TEXT NOT NULL,
  params_hash TEXT NOT NULL,
  result TEXT NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX mutation_by_age ON mutation (at);

-- What the model is sent, entry by entry, in the bytes in which it was first sent.
CREATE TABLE history (
  thread_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  turn_id TEXT NOT NULL,
  entry TEXT NOT NULL CHECK (json_valid(entry)),
  PRIMARY KEY (thread_id, position)
) STRICT, WITHOUT ROWID;

-- What a call is about to do, written before it does it; gone when its result is in history.
CREATE TABLE effect (
  turn_id TEXT NOT NULL,
  call_id TEXT NOT NULL,
  journal TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (turn_id, call_id)
) STRICT, WITHOUT ROWID;

-- The whole tree of a thread as it was before a turn had an effect.
CREATE TABLE checkpoint (
  turn_id TEXT PRIMARY KEY,
  thread_id TEXT NOT NULL,
  commit_hash TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE model_request (
  id INTEGER PRIMARY KEY,
  turn_id TEXT NOT NULL,
  model TEXT NOT NULL,
  at INTEGER NOT NULL,
  wall_ms INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  input_tokens INTEGER,
  cached_input_tokens INTEGER,
  output_tokens INTEGER,
  reasoning_tokens INTEGER
) STRICT;
CREATE INDEX model_request_by_turn ON model_request (turn_id);

-- Rule lists, by name; the highest version is in force.
CREATE TABLE policy (
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  rules TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (name, version)
) STRICT;

-- "Accept this in this thread": consent for one exact subject.
CREATE TABLE consent (
  thread_id TEXT NOT NULL,
  hash TEXT NOT NULL,
  approval_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (thread_id, hash)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE item_search USING fts5(content, item_id UNINDEXED, thread_id UNINDEXED);

-- Each time a backup took the place of a damaged database.
CREATE TABLE restoration (
  at INTEGER PRIMARY KEY,
  body TEXT NOT NULL CHECK (json_valid(body)),
  turns_ended INTEGER NOT NULL DEFAULT FALSE,
  acknowledged INTEGER NOT NULL DEFAULT FALSE
) STRICT;
