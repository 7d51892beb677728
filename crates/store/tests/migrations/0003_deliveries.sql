-- What this version adds to what the versions before it can hold.

INSERT INTO agent_deliveries (agent_id, secret_id, secret_name, env_name, file_path, value_revision) VALUES
    (uuid '00000000000000000000000000009001', uuid '0000000000000000000000000000c001', 'api key', 'API_KEY',
     '~/.key', 2);

INSERT INTO workspaces (id, owner_id, name, template_id, created_at, updated_at, last_used_at) VALUES
    (uuid '0000000000000000000000000000b004', uuid '0000000000000000000000000000a002', 'again',
     uuid '0000000000000000000000000000e001', 2000, 2000, 2000);

INSERT INTO workspace_builds (id, workspace_id, build_number, template_version_id, transition, initiator_id, reason,
                              then_start, status, created_at, updated_at) VALUES
    (uuid '0000000000000000000000000000b105', uuid '0000000000000000000000000000b004', 1,
     uuid '0000000000000000000000000000e101', 'stop', uuid '0000000000000000000000000000a002', 'initiator', TRUE,
     'pending', 2001, 2001);
