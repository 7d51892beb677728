-- Times are microseconds since 1970-01-01 UTC. Absent targets and dates are NULL. Words in TEXT columns are
-- those of coder-model. Names that are listed in order compare by bytes (COLLATE "C"), as SQLite does.

CREATE TABLE deployment (
    -- There is one row.
    singleton BIGINT NOT NULL PRIMARY KEY CHECK (singleton = 1),
    id UUID NOT NULL,
    organization_id UUID NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE users (
    id UUID NOT NULL PRIMARY KEY,
    username TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    -- Words separated by commas, strongest role first.
    roles TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    -- Bumped first by every change of the user's secrets: the row lock that orders them.
    secrets_revision BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    last_seen_at BIGINT,
    deleted_at BIGINT
);
CREATE UNIQUE INDEX users_username_key ON users (lower(username)) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX users_email_key ON users (lower(email)) WHERE deleted_at IS NULL;

CREATE TABLE api_keys (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    name TEXT COLLATE "C",
    hashed_secret BYTEA NOT NULL,
    lifetime BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    last_used BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX api_keys_user_id_name_key ON api_keys (user_id, name);

-- Each user's data key, wrapped by the deployment key that the fingerprint names.
CREATE TABLE data_keys (
    user_id UUID NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    key_fingerprint TEXT NOT NULL,
    nonce_tag BYTEA NOT NULL,
    ciphertext BYTEA NOT NULL
);
CREATE INDEX data_keys_key_fingerprint_idx ON data_keys (key_fingerprint);

CREATE TABLE user_secrets (
    id UUID NOT NULL PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT COLLATE "C" NOT NULL,
    description TEXT NOT NULL,
    env_name TEXT COLLATE "C",
    file_path TEXT COLLATE "C",
    enabled BOOLEAN NOT NULL,
    -- As long as the value: nonce and tag have a column of their own.
    value_ciphertext BYTEA NOT NULL,
    value_nonce_tag BYTEA NOT NULL,
    value_revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX user_secrets_user_id_name_key ON user_secrets (user_id, name);
CREATE UNIQUE INDEX user_secrets_user_id_env_name_key ON user_secrets (user_id, env_name);
CREATE UNIQUE INDEX user_secrets_user_id_file_path_key ON user_secrets (user_id, file_path);

CREATE TABLE files (
    id UUID NOT NULL PRIMARY KEY,
    hash BYTEA NOT NULL,
    data BYTEA NOT NULL,
    created_by UUID NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX files_created_by_hash_key ON files (created_by, hash);

CREATE TABLE templates (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    display_name TEXT NOT NULL,
    description TEXT NOT NULL,
    icon TEXT NOT NULL,
    active_version_id UUID NOT NULL,
    created_by UUID NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE UNIQUE INDEX templates_name_key ON templates (lower(name)) WHERE deleted_at IS NULL;

CREATE TABLE template_versions (
    id UUID NOT NULL PRIMARY KEY,
    template_id UUID REFERENCES templates (id) ON DELETE CASCADE,
    name TEXT COLLATE "C" NOT NULL,
    file_id UUID NOT NULL REFERENCES files (id),
    -- The text of template.toml, already known to be valid.
    definition TEXT NOT NULL,
    created_by UUID NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX template_versions_template_id_idx ON template_versions (template_id);

CREATE TABLE workspaces (
    id UUID NOT NULL PRIMARY KEY,
    owner_id UUID NOT NULL REFERENCES users (id),
    name TEXT COLLATE "C" NOT NULL,
    template_id UUID NOT NULL REFERENCES templates (id),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    deleted_at BIGINT,
    favorite BOOLEAN NOT NULL DEFAULT FALSE,
    autostart_schedule TEXT,
    -- Microseconds.
    ttl BIGINT,
    dormant_at BIGINT
);
CREATE UNIQUE INDEX workspaces_owner_id_name_key ON workspaces (owner_id, lower(name)) WHERE deleted_at IS NULL;
CREATE INDEX workspaces_template_id_idx ON workspaces (template_id);

CREATE TABLE workspace_builds (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    build_number BIGINT NOT NULL,
    template_version_id UUID NOT NULL REFERENCES template_versions (id),
    transition TEXT NOT NULL,
    initiator_id UUID NOT NULL REFERENCES users (id),
    reason TEXT NOT NULL,
    deadline BIGINT,
    status TEXT NOT NULL,
    error TEXT NOT NULL DEFAULT '',
    -- The server that works on it, and until when that claim holds without being renewed.
    claimed_by UUID,
    claimed_until BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    started_at BIGINT,
    completed_at BIGINT
);
CREATE UNIQUE INDEX workspace_builds_workspace_id_build_number_key ON workspace_builds (workspace_id, build_number);
CREATE INDEX workspace_builds_status_idx ON workspace_builds (status, created_at);

CREATE TABLE build_logs (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    build_id UUID NOT NULL REFERENCES workspace_builds (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    source TEXT NOT NULL,
    level TEXT NOT NULL,
    stage TEXT NOT NULL,
    output TEXT NOT NULL
);
CREATE INDEX build_logs_build_id_idx ON build_logs (build_id, id);

-- One agent a workspace, for the workspace's life: its token stays valid across builds.
CREATE TABLE agents (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    build_id UUID NOT NULL REFERENCES workspace_builds (id),
    name TEXT NOT NULL,
    lifecycle TEXT NOT NULL,
    operating_system TEXT NOT NULL DEFAULT '',
    architecture TEXT NOT NULL DEFAULT '',
    version TEXT NOT NULL DEFAULT '',
    expanded_directory TEXT NOT NULL DEFAULT '',
    -- The hash finds the agent; the sealed token can be handed out again to the owner.
    token_hash BYTEA NOT NULL,
    token_ciphertext BYTEA NOT NULL,
    token_nonce_tag BYTEA NOT NULL,
    -- The connection that counts: a later one replaces it.
    connection_id UUID,
    -- The run of the agent process that last sent log lines, and its last stored batch.
    log_run_id UUID,
    log_batch BIGINT NOT NULL DEFAULT 0,
    logs_length BIGINT NOT NULL DEFAULT 0,
    logs_overflowed BOOLEAN NOT NULL DEFAULT FALSE,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    first_connected_at BIGINT,
    last_connected_at BIGINT,
    disconnected_at BIGINT,
    started_at BIGINT,
    ready_at BIGINT
);
CREATE UNIQUE INDEX agents_workspace_id_key ON agents (workspace_id);
CREATE UNIQUE INDEX agents_token_hash_key ON agents (token_hash);

-- What the owner should know about the latest delivery: from the server while assembling, or from the agent.
CREATE TABLE agent_warnings (
    agent_id UUID NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    reporter TEXT NOT NULL,
    position BIGINT NOT NULL,
    secret_name TEXT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (agent_id, reporter, position)
);

CREATE TABLE agent_log_sources (
    id UUID NOT NULL PRIMARY KEY,
    agent_id UUID NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    build_id UUID NOT NULL REFERENCES workspace_builds (id) ON DELETE CASCADE,
    -- Of the script in the template, from 0; -1 is the agent itself.
    position BIGINT NOT NULL,
    display_name TEXT NOT NULL
);
CREATE UNIQUE INDEX agent_log_sources_build_id_position_key ON agent_log_sources (build_id, position);

CREATE TABLE agent_logs (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agent_id UUID NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    build_id UUID NOT NULL REFERENCES workspace_builds (id) ON DELETE CASCADE,
    source_id UUID NOT NULL REFERENCES agent_log_sources (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    level TEXT NOT NULL,
    output TEXT NOT NULL
);
CREATE INDEX agent_logs_agent_id_idx ON agent_logs (agent_id, id);

CREATE TABLE audit_log (
    id UUID NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    request_id TEXT NOT NULL,
    actor_id UUID,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    action TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    resource_id UUID NOT NULL,
    resource_target TEXT NOT NULL,
    status_code BIGINT NOT NULL,
    -- JSON: field to {old, new, secret}. Values of secret fields are never in it.
    diff TEXT NOT NULL
);
CREATE INDEX audit_log_at_idx ON audit_log (at);
