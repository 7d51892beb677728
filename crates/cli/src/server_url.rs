//! URLs of servers, as arguments of the command line.

use url::Url;

/// Parses a server's URL. Without a scheme it is `https`, but `http` for this machine itself.
pub fn parse_server_url(text: &str) -> Result<Url, String> {
    let with_scheme = if text.contains("://") {
        text.to_owned()
    } else if text.starts_with("localhost") || text.starts_with("127.") || text.starts_with("[::1]") {
        format!("http://{text}")
    } else {
        format!("https://{text}")
    };
    match Url::parse(&with_scheme) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        Ok(_) => Err("the URL must begin with http:// or https://".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_scheme_is_added() {
        for (text, url) in [
            ("coder.example.com", "https://coder.example.com/"),
            ("localhost:3000", "http://localhost:3000/"),
            ("127.0.0.1:3000", "http://127.0.0.1:3000/"),
            ("http://coder.example.com/x", "http://coder.example.com/x"),
        ] {
            assert_eq!(parse_server_url(text).unwrap().as_str(), url);
        }
        assert!(parse_server_url("ftp://x").is_err());
    }
}
