//! Hostnames, URLs and headers of apps.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(url) = coder_model::template::AppUrl::parse(text) {
        assert_eq!(coder_model::template::AppUrl::parse(&url.to_string()), Ok(url));
    }
    if let Ok(hosts) = coder_server::AppHosts::parse(text) {
        assert_eq!(hosts.app(text), None, "a pattern is no name");
    }
    coder_server::fuzzing::headers(text);
});
