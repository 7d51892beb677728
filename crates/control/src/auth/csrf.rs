//! What a form of our own pages carries, so that no other page can send one in a visitor's name.

use aws_lc_rs::{constant_time::verify_slices_are_equal, digest};

/// Keeps the hash apart from those of tokens.
const PURPOSE: &[u8] = b"coder form\0";

/// The token of every form shown to whoever holds this cookie: it follows from the cookie, which no other page can read,
/// and tells nothing of it.
#[must_use]
pub fn csrf_token(cookie: &str) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(PURPOSE);
    context.update(cookie.as_bytes());
    let digest = context.finish();
    digest.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a form was shown to whoever holds this cookie.
#[must_use]
pub fn verify_csrf_token(cookie: &str, token: &str) -> bool {
    verify_slices_are_equal(csrf_token(cookie).as_bytes(), token.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_belongs_to_a_cookie() {
        let token = csrf_token("abcdefghij-ABCDEFGHIJ0123456789xy");
        assert_eq!(token.len(), 32);
        assert!(verify_csrf_token("abcdefghij-ABCDEFGHIJ0123456789xy", &token));
        assert!(!verify_csrf_token("abcdefghij-ABCDEFGHIJ0123456789xz", &token));
        assert!(!verify_csrf_token("abcdefghij-ABCDEFGHIJ0123456789xy", ""));
    }
}
