//! The SSH host key of a workspace. Derived from the agent's token, so that it stays the same without being stored.

use aws_lc_rs::digest;
use russh::keys::{PrivateKey, ssh_key::private::Ed25519Keypair};
use zeroize::Zeroizing;

/// Domain separation: no other use of the token hashes it with this prefix. Changing it changes every host key.
const LABEL: &[u8] = b"coder agent ssh host key 1\0";

pub fn derive(token: &str) -> PrivateKey {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(LABEL);
    context.update(token.as_bytes());
    let mut seed = Zeroizing::new([0; 32]);
    for (to, from) in seed.iter_mut().zip(context.finish().as_ref()) {
        *to = *from;
    }
    PrivateKey::from(Ed25519Keypair::from_seed(&seed))
}

#[cfg(test)]
mod tests {
    use russh::keys::ssh_key::private::KeypairData;

    use super::*;

    #[test]
    fn equal_tokens_derive_equal_keys() {
        let public = |token| derive(token).public_key().to_openssh().unwrap();
        assert_eq!(public("a"), public("a"));
        assert_ne!(public("a"), public("b"));
        assert!(matches!(derive("a").key_data(), KeypairData::Ed25519(_)));
    }
}
