-- What an agent was last given, so that it can be told what a restart would change. Names and revisions, never values.
CREATE TABLE agent_deliveries (
    agent_id BLOB NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    secret_id BLOB NOT NULL,
    secret_name TEXT NOT NULL,
    env_name TEXT,
    file_path TEXT,
    value_revision INTEGER NOT NULL,
    PRIMARY KEY (agent_id, secret_id)
) STRICT;

-- Whether a start follows once the build, a stop, is done: a restart is one request.
ALTER TABLE workspace_builds ADD COLUMN then_start INTEGER NOT NULL DEFAULT FALSE;
