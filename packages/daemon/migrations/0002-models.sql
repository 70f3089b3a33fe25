-- What an endpoint can do with a model, as it was found out by asking it.
CREATE TABLE model_capabilities (
  base_url TEXT NOT NULL,
  model TEXT NOT NULL,
  body TEXT NOT NULL CHECK (json_valid(body)),
  PRIMARY KEY (base_url, model)
) STRICT, WITHOUT ROWID;

-- How many patches in a row have failed in a thread, and whether it has changed to `edit` for that.
CREATE TABLE thread_patching (
  thread_id TEXT PRIMARY KEY,
  failed INTEGER NOT NULL,
  given_up INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE model_request ADD COLUMN estimated INTEGER NOT NULL DEFAULT FALSE;
-- In US dollars; null where no price is known.
ALTER TABLE model_request ADD COLUMN cost_usd REAL;
