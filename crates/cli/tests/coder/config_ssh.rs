//! `coder config-ssh --no-wildcard`: a host for each workspace.

use coder_testkit::read;

#[test]
fn no_wildcard_lists_each_workspace() {
    let machine = super::machine();
    let server = machine.serve_and_log_in();
    machine.workspace("two", "[process]\n");
    let file = machine.home().join("config");
    std::fs::write(&file, "Host other\n").unwrap();
    let run = |arguments: &[&str]| {
        machine
            .coder(["config-ssh", "--ssh-config-file", "config", "--yes"].iter().chain(arguments).copied())
            .ok()
    };
    let hosts = || {
        let text = read(&file);
        text.lines().filter(|line| line.starts_with("Host ")).map(str::to_owned).collect::<Vec<_>>()
    };
    run(&["--no-wildcard", "--force-unix-filepaths"]);
    assert_eq!(hosts(), ["Host other", "Host coder.two two.coder"]);
    let written = read(&file);
    assert!(run(&["--use-previous-options"]).starts_with("No changes to make."));
    assert_eq!(read(&file), written);
    let ssh = |host: &str| machine.bash(&format!("ssh -F config {host} 'echo $CODER_WORKSPACE_NAME'"));
    assert_eq!(ssh("coder.two").ok(), "two\n");
    assert_eq!(ssh("two.coder").ok(), "two\n");
    // A new workspace is added by the next run.
    machine.workspace("one", "[process]\n");
    run(&["--use-previous-options"]);
    assert_eq!(hosts(), ["Host other", "Host coder.one one.coder", "Host coder.two two.coder"]);
    assert_eq!(ssh("one.coder").ok(), "one\n");
    run(&["--no-wildcard", "--hostname-suffix", ""]);
    assert_eq!(hosts(), ["Host other", "Host coder.one", "Host coder.two"]);
    run(&[]);
    assert_eq!(hosts(), ["Host other", "Host coder.*", "Host *.coder"]);
    run(&["--no-wildcard"]);
    run(&["--remove"]);
    assert_eq!(read(&file), "Host other\n");
    server.stop();
}
