-- What an agent was last given, so that it can be told what a restart would change. Names and revisions, never values.
CREATE TABLE agent_deliveries (
    agent_id UUID NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    secret_id UUID NOT NULL,
    secret_name TEXT COLLATE "C" NOT NULL,
    env_name TEXT,
    file_path TEXT,
    value_revision BIGINT NOT NULL,
    PRIMARY KEY (agent_id, secret_id)
);

-- Whether a start follows once the build, a stop, is done: a restart is one request.
ALTER TABLE workspace_builds ADD COLUMN then_start BOOLEAN NOT NULL DEFAULT FALSE;
