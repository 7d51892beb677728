//! The value of a secret: from `--value`, or from standard input when it is not a terminal; never both.

use std::io::{IsTerminal, Read};

use anstream::eprintln;
use anyhow::{Context as _, Result, bail};
use coder_wire::Sensitive;
use zeroize::Zeroizing;

/// More than any value may have, so that the server reports the actual size of one that is too long.
const MAX_READ: u64 = 1024 * 1024;

pub struct ValueInput {
    pub value: Option<Sensitive>,
    /// Whether standard input is a terminal.
    pub is_terminal: bool,
}

/// Reads the value, verbatim. Empty standard input counts as no value.
pub fn read(flag: Option<String>) -> Result<ValueInput> {
    let flag = flag.map(Zeroizing::new);
    let stdin = std::io::stdin();
    let is_terminal = stdin.is_terminal();
    let piped =
        if is_terminal { None } else { Some(read_all(stdin.lock())?).filter(|value| !value.is_empty()) };
    let value = match (flag, piped) {
        (Some(_), Some(_)) => bail!("secret value may be provided by only one source, got --value, stdin"),
        (Some(value), None) => Some(value),
        (None, Some(value)) => {
            if is_line_with_newline(&value) {
                eprintln!("warning: secret value from stdin ends with a trailing newline");
            }
            Some(value)
        }
        (None, None) => None,
    };
    Ok(ValueInput { value: value.map(Sensitive::new), is_terminal })
}

fn read_all(from: impl Read) -> Result<Zeroizing<String>> {
    let mut bytes = Zeroizing::new(Vec::new());
    from.take(MAX_READ + 1).read_to_end(&mut bytes).context("read secret value from stdin")?;
    if bytes.len() as u64 > MAX_READ {
        bail!("secret value from stdin is longer than {MAX_READ} bytes; a secret holds at most 24576");
    }
    String::from_utf8(std::mem::take(&mut *bytes)).map(Zeroizing::new).map_err(|_| {
        anyhow::anyhow!("secret value must be valid UTF-8 text; encode other bytes, with base64 for example")
    })
}

/// A single line with a newline, which is rarely meant to be part of the value.
fn is_line_with_newline(value: &str) -> bool {
    let line = value.strip_suffix("\r\n").or_else(|| value.strip_suffix(['\n', '\r']));
    line.is_some_and(|line| !line.contains(['\n', '\r']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_single_line_is_warned_of() {
        for (value, expected) in [
            ("a\n", true),
            ("a\r\n", true),
            ("a\r", true),
            ("\n", true),
            ("a", false),
            ("a\nb\n", false),
            ("a\n\n", false),
        ] {
            assert_eq!(is_line_with_newline(value), expected, "{value:?}");
        }
    }

    #[test]
    fn input_is_verbatim_and_bounded() {
        assert_eq!(*read_all("  a\tb\n\n".as_bytes()).unwrap(), "  a\tb\n\n");
        let error = read_all([0xff, b'x'].as_slice()).unwrap_err().to_string();
        assert!(error.contains("UTF-8"), "{error}");
        assert!(read_all(std::io::repeat(b'a')).is_err());
    }
}
