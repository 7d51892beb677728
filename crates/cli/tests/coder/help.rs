//! What needs no server.

/// Every command explains itself.
#[test]
fn help_is_everywhere() {
    let machine = super::machine();
    for command in [
        "",
        "login",
        "logout",
        "whoami",
        "secret",
        "secret create",
        "secret update",
        "secret import",
        "secret enable",
        "secret disable",
        "secret list",
        "secret delete",
        "create",
        "start",
        "stop",
        "restart",
        "delete",
        "list",
        "show",
        "logs",
        "ssh",
        "templates",
        "templates push",
        "external-workspaces",
        "external-workspaces agent-instructions",
        "tokens",
        "tokens create",
        "users",
        "users create",
        "server",
        "agent",
        "completion",
    ] {
        let mut arguments: Vec<&str> = command.split_whitespace().collect();
        arguments.push("--help");
        let help = machine.coder(arguments).ok();
        assert!(help.contains("Usage: coder"), "{command}: {help}");
    }
    assert!(machine.coder(["--version"]).ok().starts_with("coder "));
}

#[test]
fn completion_scripts() {
    let machine = super::machine();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = machine.coder(["completion", shell]).ok();
        assert!(script.contains("secret"), "{shell}");
    }
    let checked = machine.bash("coder completion bash > c && bash -n c && source c && complete -p coder");
    assert!(checked.ok().contains("coder"));
}

#[test]
fn wrong_usage_is_status_two() {
    let machine = super::machine();
    for arguments in [vec!["secret", "create"], vec!["nonsense"], vec!["secret", "list", "--nonsense"], vec![]]
    {
        assert_eq!(machine.coder(arguments).code, 2);
    }
}
