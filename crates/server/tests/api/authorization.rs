//! Who may do what: every operation of the API, by every identity. The table is `snapshots/authorization.snap`. The resources
//! belong to `member`.

use std::fmt::Write as _;

use coder_testkit::on_both_engines;
use reqwest::Method;

use crate::{
    identities::{IDENTITIES, with_app_hosts},
    operations::{Operation, operations},
    targets::Targets,
    transcript::compare,
};

/// Routes that the API document does not have: WebSockets and apps.
const OTHER_ROUTES: [&str; 7] = [
    "/api/v2/applications/auth-redirect",
    "/api/v2/workspaceagents/me/rpc",
    "/api/v2/workspaceagents/{agent}/pty",
    "/api/v2/workspaceagents/{agent}/tunnel",
    "/api/v2/workspaces/{workspace}/watch-ws",
    "/{owner}/{workspace}/apps/{slug}/",
    "http://{app}/",
];

/// Operations without authentication.
const OPEN: [&str; 6] = [
    "GET /api/v2/buildinfo",
    "GET /api/v2/users/authmethods",
    "GET /api/v2/users/first",
    "POST /api/v2/users/first",
    "POST /api/v2/users/login",
    "GET /healthz",
];

/// Operations that no identity of the table succeeds with, each with the reason. The list may only shrink.
const NEVER: [(&str, &str); 1] =
    [("POST /api/v2/users/first", "works once, before there is a user who could be in the table")];

/// A row of the table.
struct Row {
    operation: String,
    statuses: Vec<u16>,
}

impl Row {
    fn status(&self, who: &str) -> u16 {
        let column = IDENTITIES.iter().position(|(name, _)| *name == who).unwrap();
        self.statuses[column]
    }

    fn is_allowed(&self) -> bool {
        self.statuses.iter().any(|status| *status < 400)
    }
}

/// Rules for every row.
fn check(rows: &[Row]) {
    for row in rows {
        let operation = row.operation.as_str();
        let anonymous = row.status("nobody");
        assert_eq!(anonymous != 401, OPEN.contains(&operation), "{operation} without a token: {anonymous}");
        for who in ["suspended", "deleted", "expired"] {
            assert_eq!(row.status(who), anonymous, "{operation} for {who}");
        }
        if operation != "GET /api/v2/workspaceagents/me/rpc" {
            assert_eq!(row.status("agent"), anonymous, "{operation} for an agent");
        }
        if operation != "GET http://{app}/" {
            assert_eq!(row.status("app"), anonymous, "{operation} for an app");
        }
        let is_exception = NEVER.iter().any(|(never, _)| *never == operation);
        assert_eq!(
            row.is_allowed(),
            !is_exception,
            "{operation} is allowed to no identity, or should not be an exception: {:?}",
            row.statuses
        );
    }
    for (operation, reason) in NEVER {
        assert!(
            rows.iter().any(|row| row.operation == operation),
            "{operation} does not exist, which {reason}"
        );
    }
}

fn show(rows: &[Row]) -> String {
    let mut text = String::new();
    for (name, who) in IDENTITIES {
        writeln!(text, "# {name}: {who}").unwrap();
    }
    text.push('\n');
    for (name, _) in IDENTITIES {
        write!(text, "{name}  ").unwrap();
    }
    writeln!(text, "operation").unwrap();
    for row in rows {
        for ((name, _), status) in IDENTITIES.iter().zip(&row.statuses) {
            write!(text, "{status:<width$}  ", width = name.len()).unwrap();
        }
        writeln!(text, "{}", row.operation).unwrap();
    }
    text
}

on_both_engines! {
    #![start(with_app_hosts)]

    async fn every_operation_by_every_identity(server: TestServer) {
        let mut targets = Targets::create(server).await;
        let others = OTHER_ROUTES.map(|path| Operation { method: Method::GET, path: path.to_owned() });
        let mut rows = Vec::new();
        for operation in operations().into_iter().chain(others) {
            let mut statuses = Vec::new();
            for (who, _) in IDENTITIES {
                statuses.push(targets.attempt(&operation, who).await);
            }
            rows.push(Row { operation: operation.to_string(), statuses });
        }
        check(&rows);
        compare("authorization", &show(&rows), []);
    }
}
