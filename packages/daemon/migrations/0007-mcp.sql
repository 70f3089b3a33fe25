-- A server with the tools that were approved of it: its body holds both, word for word.
CREATE TABLE mcp_server (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL CHECK (json_valid(body)),
  project_id TEXT GENERATED ALWAYS AS (body ->> 'projectId') STORED,
  name TEXT NOT NULL GENERATED ALWAYS AS (body ->> 'name') STORED
) STRICT;
-- Null is no value to a unique index, and stands for all projects.
CREATE UNIQUE INDEX mcp_server_name ON mcp_server (coalesce(project_id, ''), name);
