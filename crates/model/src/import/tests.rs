use proptest::prelude::*;

use super::*;

fn pairs(format: Format, text: &str) -> Vec<(String, String, Option<usize>)> {
    let entries = parse(format, text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    entries.into_iter().map(|entry| (entry.key, entry.value.to_string(), entry.line)).collect()
}

fn parse_error(format: Format, text: &str) -> String {
    parse(format, text).err().unwrap_or_else(|| panic!("{text:?} was accepted")).to_string()
}

fn at(key: &str, value: &str, line: usize) -> (String, String, Option<usize>) {
    (key.to_owned(), value.to_owned(), Some(line))
}

#[test]
fn env_files() {
    for (text, wanted) in [
        ("\u{feff}A=1\r\nB=2\r\n", vec![at("A", "1", 1), at("B", "2", 2)]),
        ("\n  # comment\n A = x # kept \n", vec![at("A", "x # kept", 3)]),
        ("export A=1\nexport\tB=2", vec![at("A", "1", 1), at("B", "2", 2)]),
        ("export=foo\nexportFOO=1", vec![at("export", "foo", 1), at("exportFOO", "1", 2)]),
        ("A=b=c\nB=$HOME", vec![at("A", "b=c", 1), at("B", "$HOME", 2)]),
        (r#"A="x\n\t\r\\\"\q""#, vec![at("A", "x\n\t\r\\\"\\q", 1)]),
        (r"A='x\n$Y'", vec![at("A", r"x\n$Y", 1)]),
        ("A=", vec![at("A", "", 1)]),
    ] {
        assert_eq!(pairs(Format::Env, text), wanted, "{text:?}");
    }
    for (text, message) in [
        ("A=1\nnothing", "line 2: expected KEY=VALUE but found no '='"),
        ("=1", "line 1: missing key before '='"),
        ("A=\"x", "line 1: missing closing double quote"),
        ("A=\"x\" y", "line 1: unexpected data after closing double quote"),
        ("A='x", "line 1: missing closing single quote"),
        ("A='x' y", "line 1: unexpected data after closing single quote"),
        ("A=1\nA=2", "duplicate key \"A\" on line 2"),
        ("# nothing\n\n", "no secrets found in file"),
    ] {
        assert_eq!(parse_error(Format::Env, text), message, "{text:?}");
    }
}

#[test]
fn json_files() {
    let read = pairs(Format::Json, r#"{"b":"1","a":"<\n>"}"#);
    assert_eq!(read, [("b".into(), "1".into(), None), ("a".into(), "<\n>".into(), None)]);
    for (text, message) in [
        ("[]", "JSON content must be an object mapping secret names to string values"),
        ("{}", "no secrets found in file"),
        ("  ", "no secrets found in file"),
        (r#"{"A":5}"#, "value for key \"A\" must be a string"),
        (r#"{"A":null}"#, "value for key \"A\" must be a string"),
        (r#"{"A":{"B":"c"}}"#, "value for key \"A\" must be a string, not a nested object or array"),
        (r#"{"A":[[1]]}"#, "value for key \"A\" must be a string, not a nested object or array"),
        (r#"{"A":"1"} x"#, "unexpected trailing data after JSON object"),
        (r#"{"A":"1","A":"2"}"#, "duplicate key \"A\""),
    ] {
        assert_eq!(parse_error(Format::Json, text), message, "{text:?}");
    }
    assert!(parse_error(Format::Json, r#"{"A":"hunter2"#).starts_with("invalid JSON: "));
    let deep = format!("{{\"A\":{}", "[".repeat(100_000));
    assert!(parse_error(Format::Json, &deep).starts_with("invalid JSON: "));
}

#[test]
fn yaml_files() {
    for (text, wanted) in [
        ("A: x\nB: 'y'\nC: \"1\"\n", vec![at("A", "x", 1), at("B", "y", 2), at("C", "1", 3)]),
        ("---\nA: |\n  one\n  two\nB: yes\n", vec![at("A", "one\ntwo\n", 2), at("B", "yes", 5)]),
        ("A: &a x\n", vec![at("A", "x", 1)]),
        ("A: 1.2.3\nB: 2026-01-01\n", vec![at("A", "1.2.3", 1), at("B", "2026-01-01", 2)]),
    ] {
        assert_eq!(pairs(Format::Yaml, text), wanted, "{text:?}");
    }
    for (text, message) in [
        ("- a\n", "YAML content must be a mapping of secret names to string values"),
        ("x", "YAML content must be a mapping of secret names to string values"),
        ("A: x\n---\nB: y\n", "YAML content must be a single document mapping secret names to string values"),
        ("A: x\n---\n", "YAML content must be a single document mapping secret names to string values"),
        ("1: x\n", "YAML keys must be strings"),
        ("? [a]\n: x\n", "YAML keys must be strings"),
        ("A:\n  B: c\n", "value for key \"A\" must be a string, not a nested mapping or sequence"),
        ("A: 5\n", "value for key \"A\" must be a string (quote the value if it is numeric or boolean)"),
        ("A: -1.5e3\n", "value for key \"A\" must be a string (quote the value if it is numeric or boolean)"),
        ("A: true\n", "value for key \"A\" must be a string (quote the value if it is numeric or boolean)"),
        ("A:\n", "value for key \"A\" must be a string (quote the value if it is numeric or boolean)"),
        ("A: &a x\nB: *a\n", "value for key \"B\" must be a literal string; YAML aliases are not supported"),
        ("<<: {A: x}\n", "YAML merge keys are not supported"),
        ("A: x\nA: y\n", "duplicate key \"A\" on line 2"),
        ("# nothing\n", "no secrets found in file"),
        ("{}", "no secrets found in file"),
    ] {
        assert_eq!(parse_error(Format::Yaml, text), message, "{text:?}");
    }
    assert!(parse_error(Format::Yaml, "A: \"hunter2").starts_with("invalid YAML: "));
}

#[test]
fn size_and_count_are_limited() {
    let many: String = (0..51).map(|n| format!("K{n}=1\n")).collect();
    let too_many = "secrets file contains 51 secrets, which exceeds the maximum of 50 secrets per user";
    assert_eq!(parse_error(Format::Env, &many), too_many);
    let too_large = "secrets file exceeds the maximum allowed size of 1048576 bytes";
    assert_eq!(parse_error(Format::Env, &"#".repeat(MAX_FILE_BYTES + 1)), too_large);
}

#[test]
fn formats_are_parsed_and_inferred() {
    assert_eq!(Format::parse("").unwrap_err().to_string(), "a secrets file format is required");
    assert_eq!(Format::parse("toml").unwrap_err().to_string(), "unknown secrets file format \"toml\"");
    for (path, format) in [
        (".env", Some(Format::Env)),
        ("x/prod.ENV", Some(Format::Env)),
        ("a.yml", Some(Format::Yaml)),
        ("a.json", Some(Format::Json)),
        (".env.local", None),
        ("secrets", None),
        ("-", None),
    ] {
        assert_eq!(Format::of_path(path), format, "{path}");
    }
}

#[test]
fn entry_descriptions_are_escaped_and_bounded() {
    let entry = |key: &str, line| Entry { key: key.to_owned(), value: Zeroizing::default(), line };
    assert_eq!(entry("A", Some(3)).describe(), "Secret \"A\" on line 3");
    assert_eq!(entry("A\u{1b}[31m", None).describe(), "Secret \"A\\u{1b}[31m\"");
    assert_eq!(entry(&"k".repeat(65), None).describe(), format!("Secret \"{}...\"", "k".repeat(64)));
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,200}") {
        for format in Format::ALL {
            let _ = parse(format, &text);
        }
    }

    #[test]
    fn quoted_values_round_trip(value in "[^'\\n\\r]{0,80}") {
        let entries = parse(Format::Env, &format!("KEY='{value}'")).unwrap();
        prop_assert_eq!(&*entries[0].value, &value);
    }
}
