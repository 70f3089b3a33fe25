CREATE TABLE automation (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL CHECK (json_valid(body)),
  project_id TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'projectId') STORED,
  trigger TEXT NOT NULL GENERATED ALWAYS AS (body ->> '$.trigger.type') STORED,
  -- Null while it is paused: the sweep asks nothing but this.
  due_at INTEGER GENERATED ALWAYS AS
    (CASE WHEN body ->> 'paused' IS NULL THEN body ->> 'nextRunAt' END) STORED
) STRICT;
CREATE INDEX automation_by_project ON automation (project_id);
CREATE INDEX automation_by_trigger ON automation (trigger);
CREATE INDEX automation_due ON automation (due_at) WHERE due_at IS NOT NULL;

-- A slot has one run: whoever claims it second fails.
CREATE TABLE run (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL CHECK (json_valid(body)),
  automation_id TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'automationId') STORED,
  project_id TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'projectId') STORED,
  trigger TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'trigger') STORED,
  slot TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'slot') STORED,
  state TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'state') STORED,
  thread_id TEXT GENERATED ALWAYS AS (body ->> 'threadId') STORED,
  UNIQUE (automation_id, trigger, slot)
) STRICT;
CREATE INDEX run_by_automation ON run (automation_id, id);
CREATE INDEX run_by_project ON run (project_id, id);
CREATE INDEX run_open ON run (state)
  WHERE state IN ('claimed', 'provisioning', 'running', 'waitingForApproval');
CREATE INDEX run_by_thread ON run (thread_id) WHERE thread_id IS NOT NULL;

CREATE TABLE finding (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL CHECK (json_valid(body)),
  automation_id TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'automationId') STORED,
  project_id TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'projectId') STORED,
  fingerprint TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'fingerprint') STORED,
  kind TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'kind') STORED,
  state TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'state') STORED,
  inbox TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'inbox') STORED,
  severity TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'severity') STORED,
  UNIQUE (automation_id, fingerprint)
) STRICT;
CREATE INDEX finding_by_project ON finding (project_id);
CREATE INDEX finding_inbox ON finding (inbox, state);

-- The tips of the branches as an automation with a commit trigger has dealt with them.
CREATE TABLE branch_tip (
  automation_id TEXT NOT NULL REFERENCES automation (id) ON DELETE CASCADE,
  branch TEXT NOT NULL,
  commit_hash TEXT NOT NULL,
  PRIMARY KEY (automation_id, branch)
) STRICT;

-- The last moment at which the schedules were looked at: an earlier one now means a clock turned back.
CREATE TABLE sweep (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  at INTEGER NOT NULL
) STRICT;
