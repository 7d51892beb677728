use super::*;

fn errors(text: &str) -> Vec<String> {
    Definition::parse(text).err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

#[test]
fn a_complete_template_is_parsed() {
    let definition = Definition::parse(
        r#"
[agent]
name = "main"
dir = "~/project"
connection_timeout = "1m"
[agent.env]
ZED = "1"
ALPHA = "$ZED"

[[env]]
name = "EDITOR"
value = "vim"

[[script]]
display_name = "Install"
script = "make install"
start_blocks_login = true
timeout = 30

[[script]]
script = "make clean"
run_on_stop = true

[[app]]
slug = "web"
url = "http://localhost:8080"

[process]
"#,
    )
    .unwrap();
    assert_eq!(definition.agent.dir.as_deref(), Some("~/project"));
    assert_eq!(definition.agent.connection_timeout, Duration::from_secs(60));
    let names: Vec<_> = definition.agent.env.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["ZED", "ALPHA"], "in file order");
    assert_eq!(definition.env, [("EDITOR".to_owned(), "vim".to_owned())]);
    let [install, clean] = definition.scripts.as_slice() else { panic!("two scripts") };
    assert!(install.run_on_start && install.start_blocks_login && !install.run_on_stop);
    assert_eq!(install.timeout, Some(Duration::from_secs(30)));
    assert!(clean.run_on_stop && !clean.run_on_start);
    assert_eq!(definition.apps[0].target, AppTarget::Url(AppUrl::parse("http://localhost:8080").unwrap()));
    assert_eq!(definition.provisioner, ProvisionerKind::Process);
}

#[test]
fn the_smallest_template_has_defaults() {
    let definition = Definition::parse("[external]").unwrap();
    assert_eq!(definition.agent.name, "main");
    assert_eq!(definition.provisioner, ProvisionerKind::External);
}

#[test]
fn every_error_has_line_and_key() {
    let text = "[agent]\ndirr = \"x\"\n[[script]]\ntimeout = \"soon\"\n[process]\n[[app]]\nslug = \"A\"\n";
    assert_eq!(
        errors(text),
        [
            "template.toml:2: agent.dirr: unknown key; did you mean \"dir\"?",
            "template.toml:3: script[0].script: is missing",
            "template.toml:4: script[0].timeout: must be a span of time such as 30s, 8h, 30d or 1d12h, not \"soon\"",
            "template.toml:6: app[0]: set command or url",
        ]
    );
    for (text, message) in [
        ("", "template.toml:1: say what the workspace runs on: add [process] or [external]"),
        (
            "[process]\n[external]",
            "template.toml:1: a template has one provisioner: keep either [process] or [external]",
        ),
        (
            "[container]",
            "template.toml:1: container: containers are not available in this version; use [process] or [external]",
        ),
        ("[process]\nimage = \"x\"", "template.toml:2: process.image: unknown key; this table takes no keys"),
        (
            "[external]\n[agent]\n\"nàmé\" = \"x\"",
            "template.toml:3: agent.nàmé: unknown key; did you mean \"name\"?",
        ),
        (
            "[external]\n[agent]\n\"\" = \"x\"",
            "template.toml:3: agent.: unknown key; known keys here: name, dir, env, connection_timeout",
        ),
        ("[external]\n[agent]\nname = 5", "template.toml:3: agent.name: must be a string, not integer"),
        ("env = 1\n[process]", "template.toml:1: env: must be written as [[env]]"),
        (
            "[process]\n[[env]]\nname = \"CODER_X\"\nvalue = \"\"",
            "template.toml:2: env[0]: variables starting with CODER_ are set by the agent",
        ),
        (
            "[process]\n[[script]]\nscript = \"x\"\nrun_on_start = false",
            "template.toml:2: script[0]: set run_on_start or run_on_stop to true; this script never runs",
        ),
    ] {
        assert_eq!(errors(text), [message], "{text}");
    }
    assert!(errors("[agent\n").first().unwrap().starts_with("template.toml:1: "));
}
