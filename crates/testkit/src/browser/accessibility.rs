//! Accessibility audits by axe-core.

use std::{fmt, path::Path};

use serde::Deserialize;
use serde_json::{Value, json};

use super::Browser;

/// Installed by `npm ci`.
const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../web/node_modules/axe-core/axe.min.js");
/// WCAG 2.1 to level AA, and axe-core's best practices.
const RULES: [&str; 5] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"];
const RUN: &str = "const done = arguments[arguments.length - 1]; \
                   axe.run(document, {runOnly: arguments[0], resultTypes: ['violations']})\
                   .then((found) => done({violations: found.violations}), (error) => done({broken: String(error)}));";

/// A rule of axe-core that a page violates.
#[derive(Debug, Clone, Deserialize)]
pub struct Violation {
    /// The id of the rule.
    pub id: String,
    /// What the rule requires.
    pub help: String,
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, Deserialize)]
struct Node {
    target: Value,
    html: String,
    #[serde(rename = "failureSummary", default)]
    summary: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.id, self.help)?;
        for node in &self.nodes {
            let summary = node.summary.lines().last().unwrap_or_default().trim();
            write!(f, "\n  {} {}\n  {summary}", node.target, node.html)?;
        }
        Ok(())
    }
}

impl Browser {
    /// Every rule that the current page violates, an open dialog included.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        let found = self.script("return typeof window.axe", &[]).expect("a type");
        if found.as_str() != Some("object") {
            let axe = crate::read(Path::new(AXE));
            self.script(&axe, &[]).expect("axe loads");
        }
        let body = json!({"script": RUN, "args": [RULES]});
        let mut report = self.driver.post("/execute/async", &body).expect("a report");
        assert!(report.get("broken").is_none(), "axe: {report}");
        let found = report.get_mut("violations").map(Value::take).unwrap_or_default();
        serde_json::from_value(found).expect("axe's report")
    }
}
