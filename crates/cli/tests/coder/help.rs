//! Help, completion and usage errors, which need no server.

/// Every command has help, and is listed in its parent's.
#[test]
fn every_command_has_help() {
    let machine = super::machine();
    let mut commands = vec![String::new()];
    let mut at = 0;
    while let Some(command) = commands.get(at).cloned() {
        let help = machine.coder(command.split_whitespace().chain(["--help"])).ok();
        assert!(
            help.contains(&format!("Usage: {}", format!("coder {command}").trim_end())),
            "{command}: {help}"
        );
        // Names are indented by two spaces; wrapped descriptions by more.
        let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
        let names = listed.take_while(|line| !line.is_empty()).filter_map(|line| line.strip_prefix("  "));
        let names = names.filter(|line| !line.starts_with(' ')).filter_map(|line| line.split(' ').next());
        commands.extend(names.map(|name| format!("{command} {name}").trim_start().to_owned()));
        at += 1;
    }
    assert!(commands.len() > 40, "{commands:?}");
    for known in ["secret create", "templates push", "external-workspaces agent-instructions", "completion"] {
        assert!(commands.iter().any(|command| command == known), "{known}: {commands:?}");
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
