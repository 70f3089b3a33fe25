-- What a request was long, so that a thread learns how many bytes its tokens have; and whose it was,
-- also once its turn was undone.
ALTER TABLE model_request ADD COLUMN thread_id TEXT;
ALTER TABLE model_request ADD COLUMN sent_bytes INTEGER;
UPDATE model_request
SET thread_id = (SELECT turn.thread_id FROM turn WHERE turn.id = model_request.turn_id);
CREATE INDEX model_request_by_thread ON model_request (thread_id);
CREATE INDEX model_request_by_age ON model_request (at);

-- What an entry counts for in the model's window: images less than their bytes.
ALTER TABLE history ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
UPDATE history SET bytes = length(CAST(entry AS BLOB));

-- What the model is sent instead of a thread's history up to a position, which stays as it is. The
-- newest one holds.
CREATE TABLE compaction (
  id INTEGER PRIMARY KEY,
  thread_id TEXT NOT NULL,
  turn_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  entries TEXT NOT NULL CHECK (json_valid(entries)),
  bytes INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX compaction_by_thread ON compaction (thread_id);

-- How long turns have worked, by day; waiting for people does not count.
CREATE TABLE turn_work (
  turn_id TEXT NOT NULL,
  day INTEGER NOT NULL,
  thread_id TEXT NOT NULL,
  worked_ms INTEGER NOT NULL,
  PRIMARY KEY (turn_id, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX turn_work_by_thread ON turn_work (thread_id);
CREATE INDEX turn_work_by_day ON turn_work (day);
