-- What plan turns proposed, as it was edited and decided since; the newest of a thread holds.
CREATE TABLE plan (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL CHECK (json_valid(body)),
  thread_id TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'threadId') STORED,
  state TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'state') STORED
) STRICT;
CREATE INDEX plan_by_thread ON plan (thread_id);

CREATE TABLE review (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL CHECK (json_valid(body)),
  project_id TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'projectId') STORED,
  thread_id TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'threadId') STORED,
  state TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'state') STORED
) STRICT;
CREATE INDEX review_by_thread ON review (thread_id);
CREATE INDEX review_by_project ON review (project_id);

-- What a person says of lines of a thread's diff, until it is sent and afterwards.
CREATE TABLE comment (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL CHECK (json_valid(body)),
  thread_id TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'threadId') STORED,
  state TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'state') STORED
) STRICT;
CREATE INDEX comment_by_thread ON comment (thread_id);
