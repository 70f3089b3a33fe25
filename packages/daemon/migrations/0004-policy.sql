-- Policies are rule lists by scope: `global`, `project/ID`, `thread/ID`, `automation/ID`. Those that
-- Heddle brought along by name are part of the program now.
DELETE FROM policy;
ALTER TABLE policy ADD COLUMN actor TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(actor));

-- Where a thread stands towards rules that count: the tree that was approved last, what had been
-- spent by then, and the tree before the effect that is measured.
CREATE TABLE policy_ground (
  thread_id TEXT PRIMARY KEY,
  base_commit TEXT NOT NULL,
  approved_tree TEXT,
  spent_usd REAL NOT NULL,
  turn_id TEXT,
  before_tree TEXT
) STRICT, WITHOUT ROWID;
