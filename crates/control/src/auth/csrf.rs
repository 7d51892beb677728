//! CSRF tokens: every form carries one, so that no other site can submit it for a user.

use aws_lc_rs::{constant_time::verify_slices_are_equal, digest};

/// Domain separation from the hashes of tokens.
const PURPOSE: &[u8] = b"coder form\0";

/// The CSRF token of a session cookie: a hash of the cookie, which other sites cannot read. Does not reveal the
/// cookie.
#[must_use]
pub fn csrf_token(cookie: &str) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(PURPOSE);
    context.update(cookie.as_bytes());
    let digest = context.finish();
    digest.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Whether `token` is the CSRF token of this cookie. Takes constant time.
#[must_use]
pub fn verify_csrf_token(cookie: &str, token: &str) -> bool {
    verify_slices_are_equal(csrf_token(cookie).as_bytes(), token.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_valid_for_its_cookie_only() {
        let token = csrf_token("abcdefghij-ABCDEFGHIJ0123456789xy");
        assert_eq!(token.len(), 32);
        assert!(verify_csrf_token("abcdefghij-ABCDEFGHIJ0123456789xy", &token));
        assert!(!verify_csrf_token("abcdefghij-ABCDEFGHIJ0123456789xz", &token));
        assert!(!verify_csrf_token("abcdefghij-ABCDEFGHIJ0123456789xy", ""));
    }
}
