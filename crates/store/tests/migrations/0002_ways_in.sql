-- What this version adds to what the versions before it can hold.

INSERT INTO grants (id, key_id, hashed_secret, scope, expires_at) VALUES
    ('grantkey01', 'sessionkey', bytea '\x0505050505050505050505050505050505050505050505050505050505050505',
     'terminal 00000000-0000-0000-0000-000000009001', 2000);

INSERT INTO agent_app_health (agent_id, slug, health) VALUES
    (uuid '00000000000000000000000000009001', 'web', 'unhealthy');
