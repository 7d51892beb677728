-- What a key has lent to a narrower use: a browser's socket, an app under its own host name. Only the hash of the token
-- is here, and it goes with the key.
CREATE TABLE grants (
    id TEXT NOT NULL PRIMARY KEY,
    key_id TEXT NOT NULL REFERENCES api_keys (id) ON DELETE CASCADE,
    hashed_secret BLOB NOT NULL,
    scope TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX grants_key_id_idx ON grants (key_id);
CREATE INDEX grants_expires_at_idx ON grants (expires_at);

-- What an agent says of its apps' health.
CREATE TABLE agent_app_health (
    agent_id BLOB NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    slug TEXT NOT NULL,
    health TEXT NOT NULL,
    PRIMARY KEY (agent_id, slug)
) STRICT;
