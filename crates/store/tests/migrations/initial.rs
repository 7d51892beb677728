//! The rows of `0001_initial.sql`.

use std::time::Duration;

use coder_model::{
    Moment,
    ciphertext::{Sealed, WrappedKey},
    pagination::Pagination,
    schedule::Schedule,
    secret::{EnvName, FileTarget, Secret, SecretName, SecretSettings},
    template::{Template, TemplateVersion},
    token::{ApiKey, HashedSecret, KeyId, KeyKind},
    user::{Email, Role, Roles, User, UserStatus, Username},
    workspace::{
        Agent, Build, BuildReason, JobStatus, Lifecycle, LogLevel, ResourceName, Transition, Warning, Workspace,
    },
};
use coder_store::{
    ReadConnection, agent_logs, agent_warnings, agents, api_keys, build_logs, builds, data_keys, deployment,
    files, secrets, templates, users, workspaces,
};
use uuid::Uuid;

/// The id of a small number.
pub fn id<T: From<Uuid>>(number: u128) -> T {
    Uuid::from_u128(number).into()
}

pub const fn at(micros: i64) -> Moment {
    Moment::from_micros(micros)
}

pub fn key(id: &str) -> KeyId {
    KeyId::parse(id).unwrap()
}

fn sealed(ciphertext: &[u8], nonce_tag: &[u8]) -> Sealed {
    Sealed { ciphertext: ciphertext.to_vec(), nonce_tag: nonce_tag.to_vec() }
}

pub async fn read_back(read: &mut ReadConnection) {
    deployment_and_users(read).await;
    keys(read).await;
    stored_secrets(read).await;
    stored_templates(read).await;
    stored_workspaces(read).await;
    stored_builds(read).await;
    stored_agents(read).await;
    logs(read).await;
}

async fn deployment_and_users(read: &mut ReadConnection) {
    let found = deployment::find(read).await.unwrap().unwrap();
    assert_eq!((found.id, found.organization, found.created_at), (id(0xd001), id(0xd002), at(1000)));
    let ada = User {
        id: id(0xa001),
        username: Username::parse("Ada").unwrap(),
        email: Email::parse("ada@example.com").unwrap(),
        name: "Ada Lovelace".to_owned(),
        status: UserStatus::Active,
        roles: [Role::Owner, Role::Auditor].into_iter().collect(),
        created_at: at(1001),
        updated_at: at(1002),
        last_seen_at: Some(at(1003)),
    };
    let bob = User {
        id: id(0xa002),
        username: Username::parse("bob").unwrap(),
        email: Email::parse("bob@example.com").unwrap(),
        name: String::new(),
        status: UserStatus::Dormant,
        roles: Roles::default(),
        created_at: at(1004),
        updated_at: at(1004),
        last_seen_at: None,
    };
    let all = users::list(read, &users::Filter::default(), Pagination::new(None, None)).await.unwrap();
    assert_eq!(all, (vec![ada.clone(), bob.clone()], 2), "whoever was deleted is not listed");
    assert_eq!(users::find_by_username(read, "ADA").await.unwrap(), Some(ada));
    assert_eq!(users::find_by_email(read, "BOB@example.com").await.unwrap(), Some(bob));
    let hash = users::password_hash(read, id(0xa001)).await.unwrap();
    assert_eq!(hash.as_deref(), Some("$argon2id$one"));
}

async fn keys(read: &mut ReadConnection) {
    let token = ApiKey {
        id: key("tokenkey01"),
        user: id(0xa001),
        kind: KeyKind::Token,
        name: "ci".to_owned(),
        lifetime: Duration::from_secs(3600),
        created_at: at(1013),
        updated_at: at(1013),
        last_used: at(1014),
        expires_at: at(9001),
    };
    let session = ApiKey {
        id: key("sessionkey"),
        kind: KeyKind::Session,
        name: String::new(),
        lifetime: Duration::from_secs(86_400),
        created_at: at(1010),
        updated_at: at(1011),
        last_used: at(1012),
        expires_at: at(9000),
        ..token.clone()
    };
    assert_eq!(api_keys::list_tokens(read, None, at(0)).await.unwrap(), [token]);
    let (found, hash, user) = api_keys::find_with_user(read, &key("sessionkey")).await.unwrap().unwrap();
    assert_eq!((found, hash, user.id), (session, HashedSecret([1; 32]), id(0xa001)));
    let wrapped =
        WrappedKey { key_fingerprint: "fdd7705".to_owned(), sealed: sealed(&[0, 0xff, 0x10], &[10, 11]) };
    assert_eq!(data_keys::find(read, id(0xa001)).await.unwrap(), Some(wrapped));
    assert_eq!(data_keys::fingerprints(read).await.unwrap(), [("fdd7705".to_owned(), 1)]);
}

async fn stored_secrets(read: &mut ReadConnection) {
    let api_key = Secret {
        id: id(0xc001),
        owner: id(0xa001),
        name: SecretName::parse("api key").unwrap(),
        settings: SecretSettings {
            description: "für 👋".to_owned(),
            env_name: Some(EnvName::parse("API_KEY").unwrap()),
            file_path: Some(FileTarget::parse("~/.key").unwrap()),
            enabled: true,
        },
        value_bytes: 4,
        value_revision: 3,
        created_at: at(1020),
        updated_at: at(1021),
    };
    let off = Secret {
        id: id(0xc002),
        name: SecretName::parse("Off").unwrap(),
        settings: SecretSettings {
            env_name: Some(EnvName::parse("OFF").unwrap()),
            enabled: false,
            ..SecretSettings::default()
        },
        value_bytes: 0,
        value_revision: 1,
        created_at: at(1022),
        updated_at: at(1022),
        ..api_key.clone()
    };
    let kept = Secret {
        id: id(0xc003),
        name: SecretName::parse("kept").unwrap(),
        settings: SecretSettings::default(),
        value_bytes: 1,
        created_at: at(1023),
        updated_at: at(1023),
        ..off.clone()
    };
    assert_eq!(secrets::list(read, id(0xa001)).await.unwrap(), [off, api_key, kept]);
    let delivered = secrets::list_deliverable(read, id(0xa001)).await.unwrap();
    let [only] = delivered.as_slice() else { panic!("{delivered:?}") };
    assert_eq!((only.id, only.value_revision), (id(0xc001), 3));
    assert_eq!(only.value, sealed(&[0, 1, 2, 3], &[12, 13]));
}

async fn stored_templates(read: &mut ReadConnection) {
    assert_eq!(files::data(read, id(0xf001)).await.unwrap().as_deref(), Some(&[0x1f, 0x8b, 8, 0][..]));
    let template = Template {
        id: id(0xe001),
        name: ResourceName::parse("vm").unwrap(),
        display_name: "Machine".to_owned(),
        description: "One of one's own".to_owned(),
        icon: "/icon.svg".to_owned(),
        active_version: id(0xe101),
        created_by: id(0xa001),
        created_at: at(1031),
        updated_at: at(1032),
    };
    let listed = templates::list(read).await.unwrap();
    let [found] = listed.as_slice() else { panic!("{listed:?}") };
    assert_eq!(found.template, template);
    assert_eq!((found.created_by_name.as_str(), found.definition.as_str()), ("Ada", "[external]"));
    let attached = TemplateVersion {
        id: id(0xe101),
        template: Some(id(0xe001)),
        name: "calm_otter1".to_owned(),
        file: id(0xf001),
        created_by: id(0xa001),
        created_at: at(1033),
    };
    let free = TemplateVersion {
        id: id(0xe102),
        template: None,
        name: "free_otter2".to_owned(),
        created_at: at(1034),
        ..attached.clone()
    };
    for (version, definition) in [(attached, "[external]"), (free, "[process]")] {
        let found = templates::find_version(read, version.id).await.unwrap().unwrap();
        assert_eq!((found.version, found.definition.as_str()), (version, definition));
    }
}

async fn stored_workspaces(read: &mut ReadConnection) {
    let dev = Workspace {
        id: id(0xb001),
        owner: id(0xa001),
        name: ResourceName::parse("dev").unwrap(),
        template: id(0xe001),
        created_at: at(1040),
        updated_at: at(1041),
        last_used_at: at(1042),
        deleted_at: None,
        favorite: true,
        autostart: Some(Schedule::parse("30 9 * * 1-5").unwrap()),
        ttl: Some(Duration::from_secs(7200)),
        dormant_at: None,
    };
    let resting = Workspace {
        id: id(0xb002),
        name: ResourceName::parse("resting").unwrap(),
        created_at: at(1043),
        updated_at: at(1044),
        last_used_at: at(1045),
        favorite: false,
        autostart: None,
        ttl: None,
        dormant_at: Some(at(1046)),
        ..dev.clone()
    };
    let filter = workspaces::Filter { owner: "ada".to_owned(), ..workspaces::Filter::default() };
    let (listed, count) = workspaces::list(read, &filter, Pagination::new(None, None)).await.unwrap();
    let listed: Vec<_> = listed.into_iter().map(|one| one.workspace).collect();
    assert_eq!((listed, count), (vec![dev, resting], 2));
    let deleted = workspaces::find(read, id(0xb003)).await.unwrap().unwrap();
    assert_eq!(deleted.workspace.deleted_at, Some(at(1001)));
}

async fn stored_builds(read: &mut ReadConnection) {
    let failed = Build {
        id: id(0xb101),
        workspace: id(0xb001),
        number: 1,
        template_version: id(0xe101),
        transition: Transition::Start,
        initiator: id(0xa001),
        reason: BuildReason::Initiator,
        then_start: false,
        deadline: None,
        status: JobStatus::Failed,
        error: "no room".to_owned(),
        created_at: at(1050),
        updated_at: at(1051),
        started_at: Some(at(1051)),
        completed_at: Some(at(1052)),
    };
    let done = Build {
        id: id(0xb102),
        number: 2,
        reason: BuildReason::Autostart,
        deadline: Some(at(8000)),
        status: JobStatus::Succeeded,
        error: String::new(),
        created_at: at(1053),
        updated_at: at(1054),
        started_at: Some(at(1054)),
        completed_at: Some(at(1055)),
        ..failed.clone()
    };
    let running = Build {
        id: id(0xb103),
        workspace: id(0xb002),
        number: 1,
        transition: Transition::Stop,
        reason: BuildReason::Dormancy,
        deadline: None,
        status: JobStatus::Running,
        created_at: at(1056),
        updated_at: at(1057),
        started_at: Some(at(1057)),
        completed_at: None,
        ..done.clone()
    };
    for (workspace, expected) in [(0xb001, vec![done, failed]), (0xb002, vec![running])] {
        let listed = builds::list(read, id(workspace), Pagination::new(None, None)).await.unwrap();
        assert_eq!(listed.into_iter().map(|one| one.build).collect::<Vec<_>>(), expected);
    }
    // A build whose lease has expired can be claimed, as before.
    let next = builds::next_claimable(read, at(5001)).await.unwrap().unwrap();
    assert_eq!(next.build.id, id(0xb103));
}

async fn stored_agents(read: &mut ReadConnection) {
    let agent = Agent {
        id: id(0x9001),
        workspace: id(0xb001),
        build: id(0xb102),
        name: "main".to_owned(),
        lifecycle: Lifecycle::Ready,
        operating_system: "linux".to_owned(),
        architecture: "amd64".to_owned(),
        version: "0.1.0".to_owned(),
        expanded_directory: "/home/ada".to_owned(),
        created_at: at(1070),
        first_connected_at: Some(at(1072)),
        last_connected_at: Some(at(1073)),
        disconnected_at: Some(at(1074)),
        started_at: Some(at(1075)),
        ready_at: Some(at(1076)),
    };
    assert_eq!(agents::find_by_token(read, &HashedSecret([3; 32])).await.unwrap(), Some(agent.clone()));
    let fresh = Agent {
        id: id(0x9002),
        workspace: id(0xb002),
        build: id(0xb103),
        lifecycle: Lifecycle::Created,
        operating_system: String::new(),
        architecture: String::new(),
        version: String::new(),
        expanded_directory: String::new(),
        created_at: at(1077),
        first_connected_at: None,
        last_connected_at: None,
        disconnected_at: None,
        started_at: None,
        ready_at: None,
        ..agent
    };
    assert_eq!(agents::find_by_workspace(read, id(0xb002)).await.unwrap(), Some(fresh));
    assert_eq!(agents::token(read, id(0x9001)).await.unwrap(), Some(sealed(&[0x20, 0x21], &[0x22])));
    let warning =
        |secret: &str, message: &str| Warning { secret: secret.to_owned(), message: message.to_owned() };
    assert_eq!(
        agent_warnings::list(read, id(0x9001)).await.unwrap(),
        [warning("api key", "does not open"), warning("kept", "cannot be written")]
    );
}

async fn logs(read: &mut ReadConnection) {
    let lines = build_logs::list(read, id(0xb102), 0, 10).await.unwrap();
    let lines: Vec<_> = lines
        .iter()
        .map(|line| (line.created_at, line.level, line.stage.as_str(), line.output.as_str()))
        .collect();
    assert_eq!(
        lines,
        [(at(1060), LogLevel::Info, "Starting", "first"), (at(1061), LogLevel::Error, "Failed", "second")]
    );
    let sources = agent_logs::sources(read, id(0xb102)).await.unwrap();
    let sources: Vec<_> =
        sources.iter().map(|source| (source.id, source.position, source.display_name.as_str())).collect();
    assert_eq!(sources, [(id(0x9301), -1, "Agent"), (id(0x9302), 0, "Setup")]);
    let lines = agent_logs::list(read, id(0x9001), id(0xb102), 0, 10).await.unwrap();
    let lines: Vec<_> =
        lines.iter().map(|line| (line.source, line.created_at, line.level, line.output.as_str())).collect();
    assert_eq!(
        lines,
        [(id(0x9302), at(1080), LogLevel::Info, "ready"), (id(0x9301), at(1081), LogLevel::Warn, "a warning")]
    );
    assert_eq!(agent_logs::length(read, id(0x9001)).await.unwrap(), (11, true));
}
