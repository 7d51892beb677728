-- What a database of this version can hold: something in every column of every table. Written for PostgreSQL; the test
-- puts SQLite's literals in the place of `uuid '…'` and `bytea '\x…'`.

INSERT INTO deployment (singleton, id, organization_id, created_at) VALUES
    (1, uuid '0000000000000000000000000000d001', uuid '0000000000000000000000000000d002', 1000);

INSERT INTO users (id, username, email, name, status, roles, password_hash, secrets_revision, created_at, updated_at,
                   last_seen_at, deleted_at) VALUES
    (uuid '0000000000000000000000000000a001', 'Ada', 'ada@example.com', 'Ada Lovelace', 'active', 'owner,auditor',
     '$argon2id$one', 7, 1001, 1002, 1003, NULL),
    (uuid '0000000000000000000000000000a002', 'bob', 'bob@example.com', '', 'dormant', '',
     '$argon2id$two', 0, 1004, 1004, NULL, NULL),
    (uuid '0000000000000000000000000000a003', 'bob', 'bob@example.com', '', 'suspended', '',
     '', 0, 1000, 1001, NULL, 1001);

INSERT INTO api_keys (id, user_id, kind, name, hashed_secret, lifetime, created_at, updated_at, last_used, expires_at)
VALUES
    ('sessionkey', uuid '0000000000000000000000000000a001', 'password', NULL,
     bytea '\x0101010101010101010101010101010101010101010101010101010101010101', 86400000000, 1010, 1011, 1012, 9000),
    ('tokenkey01', uuid '0000000000000000000000000000a001', 'token', 'ci',
     bytea '\x0202020202020202020202020202020202020202020202020202020202020202', 3600000000, 1013, 1013, 1014, 9001);

INSERT INTO data_keys (user_id, key_fingerprint, nonce_tag, ciphertext) VALUES
    (uuid '0000000000000000000000000000a001', 'fdd7705', bytea '\x0a0b', bytea '\x00ff10');

INSERT INTO user_secrets (id, user_id, name, description, env_name, file_path, enabled, value_ciphertext,
                          value_nonce_tag, value_revision, created_at, updated_at) VALUES
    (uuid '0000000000000000000000000000c001', uuid '0000000000000000000000000000a001', 'api key', 'für 👋',
     'API_KEY', '~/.key', TRUE, bytea '\x00010203', bytea '\x0c0d', 3, 1020, 1021),
    (uuid '0000000000000000000000000000c002', uuid '0000000000000000000000000000a001', 'Off', '', 'OFF', NULL, FALSE,
     bytea '\x', bytea '\x0e', 1, 1022, 1022),
    (uuid '0000000000000000000000000000c003', uuid '0000000000000000000000000000a001', 'kept', '', NULL, NULL, TRUE,
     bytea '\x05', bytea '\x0f', 1, 1023, 1023);

INSERT INTO files (id, hash, data, created_by, created_at) VALUES
    (uuid '0000000000000000000000000000f001', bytea '\xabcd', bytea '\x1f8b0800',
     uuid '0000000000000000000000000000a001', 1030);

INSERT INTO templates (id, name, display_name, description, icon, active_version_id, created_by, created_at, updated_at,
                       deleted_at) VALUES
    (uuid '0000000000000000000000000000e001', 'vm', 'Machine', 'One of one''s own', '/icon.svg',
     uuid '0000000000000000000000000000e101', uuid '0000000000000000000000000000a001', 1031, 1032, NULL),
    (uuid '0000000000000000000000000000e002', 'vm', '', '', '', uuid '0000000000000000000000000000e103',
     uuid '0000000000000000000000000000a001', 1000, 1001, 1001);

INSERT INTO template_versions (id, template_id, name, file_id, definition, created_by, created_at) VALUES
    (uuid '0000000000000000000000000000e101', uuid '0000000000000000000000000000e001', 'calm_otter1',
     uuid '0000000000000000000000000000f001', '[external]', uuid '0000000000000000000000000000a001', 1033),
    (uuid '0000000000000000000000000000e102', NULL, 'free_otter2', uuid '0000000000000000000000000000f001', '[process]',
     uuid '0000000000000000000000000000a001', 1034),
    (uuid '0000000000000000000000000000e103', uuid '0000000000000000000000000000e002', 'gone_otter3',
     uuid '0000000000000000000000000000f001', '[external]', uuid '0000000000000000000000000000a001', 1000);

INSERT INTO workspaces (id, owner_id, name, template_id, created_at, updated_at, last_used_at, deleted_at, favorite,
                        autostart_schedule, ttl, dormant_at) VALUES
    (uuid '0000000000000000000000000000b001', uuid '0000000000000000000000000000a001', 'dev',
     uuid '0000000000000000000000000000e001', 1040, 1041, 1042, NULL, TRUE, '30 9 * * 1-5', 7200000000, NULL),
    (uuid '0000000000000000000000000000b002', uuid '0000000000000000000000000000a001', 'resting',
     uuid '0000000000000000000000000000e001', 1043, 1044, 1045, NULL, FALSE, NULL, NULL, 1046),
    (uuid '0000000000000000000000000000b003', uuid '0000000000000000000000000000a001', 'dev',
     uuid '0000000000000000000000000000e001', 1000, 1001, 1001, 1001, FALSE, NULL, NULL, NULL);

INSERT INTO workspace_builds (id, workspace_id, build_number, template_version_id, transition, initiator_id, reason,
                              deadline, status, error, claimed_by, claimed_until, created_at, updated_at, started_at,
                              completed_at) VALUES
    (uuid '0000000000000000000000000000b101', uuid '0000000000000000000000000000b001', 1,
     uuid '0000000000000000000000000000e101', 'start', uuid '0000000000000000000000000000a001', 'initiator', NULL,
     'failed', 'no room', NULL, NULL, 1050, 1051, 1051, 1052),
    (uuid '0000000000000000000000000000b102', uuid '0000000000000000000000000000b001', 2,
     uuid '0000000000000000000000000000e101', 'start', uuid '0000000000000000000000000000a001', 'autostart', 8000,
     'succeeded', '', NULL, NULL, 1053, 1054, 1054, 1055),
    (uuid '0000000000000000000000000000b103', uuid '0000000000000000000000000000b002', 1,
     uuid '0000000000000000000000000000e101', 'stop', uuid '0000000000000000000000000000a001', 'dormancy', NULL,
     'running', '', uuid '00000000000000000000000000005001', 5000, 1056, 1057, 1057, NULL),
    (uuid '0000000000000000000000000000b104', uuid '0000000000000000000000000000b003', 1,
     uuid '0000000000000000000000000000e101', 'delete', uuid '0000000000000000000000000000a001', 'initiator', NULL,
     'succeeded', '', NULL, NULL, 1000, 1001, 1001, 1001);

INSERT INTO build_logs (build_id, created_at, source, level, stage, output) VALUES
    (uuid '0000000000000000000000000000b102', 1060, 'provisioner', 'info', 'Starting', 'first'),
    (uuid '0000000000000000000000000000b102', 1061, 'provisioner', 'error', 'Failed', 'second');

INSERT INTO agents (id, workspace_id, build_id, name, lifecycle, operating_system, architecture, version,
                    expanded_directory, token_hash, token_ciphertext, token_nonce_tag, connection_id, log_run_id,
                    log_batch, logs_length, logs_overflowed, created_at, updated_at, first_connected_at,
                    last_connected_at, disconnected_at, started_at, ready_at) VALUES
    (uuid '00000000000000000000000000009001', uuid '0000000000000000000000000000b001',
     uuid '0000000000000000000000000000b102', 'main', 'ready', 'linux', 'amd64', '0.1.0', '/home/ada',
     bytea '\x0303030303030303030303030303030303030303030303030303030303030303', bytea '\x2021', bytea '\x22',
     uuid '00000000000000000000000000009101', uuid '00000000000000000000000000009201', 4, 11, TRUE, 1070, 1071, 1072,
     1073, 1074, 1075, 1076),
    (uuid '00000000000000000000000000009002', uuid '0000000000000000000000000000b002',
     uuid '0000000000000000000000000000b103', 'main', 'created', '', '', '', '',
     bytea '\x0404040404040404040404040404040404040404040404040404040404040404', bytea '\x23', bytea '\x24', NULL,
     NULL, 0, 0, FALSE, 1077, 1077, NULL, NULL, NULL, NULL, NULL);

INSERT INTO agent_warnings (agent_id, reporter, position, secret_name, message) VALUES
    (uuid '00000000000000000000000000009001', 'server', 0, 'api key', 'does not open'),
    (uuid '00000000000000000000000000009001', 'agent', 0, 'kept', 'cannot be written');

INSERT INTO agent_log_sources (id, agent_id, build_id, position, display_name) VALUES
    (uuid '00000000000000000000000000009301', uuid '00000000000000000000000000009001',
     uuid '0000000000000000000000000000b102', -1, 'Agent'),
    (uuid '00000000000000000000000000009302', uuid '00000000000000000000000000009001',
     uuid '0000000000000000000000000000b102', 0, 'Setup');

INSERT INTO agent_logs (agent_id, build_id, source_id, created_at, level, output) VALUES
    (uuid '00000000000000000000000000009001', uuid '0000000000000000000000000000b102',
     uuid '00000000000000000000000000009302', 1080, 'info', 'ready'),
    (uuid '00000000000000000000000000009001', uuid '0000000000000000000000000000b102',
     uuid '00000000000000000000000000009301', 1081, 'warn', 'a warning');

INSERT INTO audit_log (id, at, request_id, actor_id, ip, user_agent, action, resource_type, resource_id,
                       resource_target, status_code, diff) VALUES
    (uuid '00000000000000000000000000008001', 1090, 'request-1', uuid '0000000000000000000000000000a001', '192.0.2.1',
     'curl/8', 'create', 'user_secret', uuid '0000000000000000000000000000c001', 'api key', 201,
     '{"name":{"old":"","new":"api key","secret":false}}');
