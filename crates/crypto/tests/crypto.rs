//! Encryption at rest, through the crate's public interface.
#![allow(clippy::unwrap_used)]

use coder_crypto::{AssociatedData, DataKey, Error, KeyError, KeyRing};
use coder_model::{SecretId, UserId, WorkspaceId, ciphertext::Sealed};
use proptest::prelude::*;
use uuid::Uuid;

const A: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const B: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(n))
}

fn value(owner: u128, secret: u128, revision: i64) -> AssociatedData {
    AssociatedData::SecretValue { owner: user(owner), secret: SecretId(Uuid::from_u128(secret)), revision }
}

#[test]
fn a_key_ring_round_trips_and_rejects_invalid_keys_by_index() {
    assert_eq!(KeyRing::parse(&format!("{A}, {B}")).unwrap().fingerprints().count(), 2);
    for (text, error) in [
        (String::new(), KeyError::NoKeys),
        (" ".to_owned(), KeyError::NoKeys),
        (format!("{A},"), KeyError::WrongLength(1)),
        (format!("{A},%"), KeyError::NotBase64(1)),
        ("c2hvcnQ=".to_owned(), KeyError::WrongLength(0)),
        (format!("{A},{A}"), KeyError::Repeated(1)),
    ] {
        assert_eq!(KeyRing::parse(&text).err(), Some(error), "{text:?}");
    }
    let generated = KeyRing::generate().unwrap();
    assert_eq!(KeyRing::parse(&generated.encode()).unwrap().primary(), generated.primary());
}

#[test]
fn a_fingerprint_is_seven_digits_of_sha_256() {
    // (printf aes256gcm; head -c 32 /dev/zero) | sha256sum
    assert_eq!(KeyRing::parse(A).unwrap().primary().as_str(), "fdd7705");
    assert_eq!(format!("{:?}", KeyRing::parse(A).unwrap()), "[fdd7705]");
}

#[test]
fn the_primary_key_encrypts_and_every_key_decrypts() {
    let old = KeyRing::parse(A).unwrap();
    let data_key = DataKey::generate().unwrap();
    let wrapped = old.wrap(user(1), &data_key).unwrap();
    let sealed = data_key.seal(value(1, 2, 1), b"hunter2").unwrap();

    let both = KeyRing::parse(&format!("{B},{A}")).unwrap();
    let opened = both.unwrap(user(1), &wrapped).unwrap();
    assert_eq!(opened.open(value(1, 2, 1), &sealed).unwrap().as_slice(), b"hunter2");
    assert_eq!(both.wrap(user(1), &opened).unwrap().key_fingerprint, both.primary().as_str());

    let new = KeyRing::parse(B).unwrap();
    assert!(matches!(new.unwrap(user(1), &wrapped), Err(Error::UnknownKey(name)) if name == *old.primary()));
    assert!(matches!(both.unwrap(user(2), &wrapped), Err(Error::DecryptionFailed)), "another user's key");
}

#[test]
fn a_value_decrypts_only_with_its_associated_data() {
    let key = DataKey::generate().unwrap();
    let sealed = key.seal(value(1, 2, 3), b"hunter2").unwrap();
    assert_eq!(sealed.ciphertext.len(), 7, "stored bytes equal raw bytes");
    let token = AssociatedData::AgentToken { owner: user(1), workspace: WorkspaceId(Uuid::from_u128(2)) };
    for other in [value(9, 2, 3), value(1, 9, 3), value(1, 2, 9), token] {
        assert_eq!(key.open(other, &sealed).err(), Some(Error::DecryptionFailed), "{other:?}");
    }
    let another = DataKey::generate().unwrap();
    assert_eq!(another.open(value(1, 2, 3), &sealed).err(), Some(Error::DecryptionFailed));
}

proptest! {
    #[test]
    fn a_ciphertext_decrypts_unless_a_bit_is_changed(plain: Vec<u8>, bit: prop::sample::Index) {
        let key = DataKey::generate().unwrap();
        let sealed = key.seal(value(1, 2, 3), &plain).unwrap();
        let opened = key.open(value(1, 2, 3), &sealed).unwrap();
        prop_assert_eq!(opened.as_slice(), plain.as_slice());

        let mut all = [sealed.ciphertext.as_slice(), &sealed.nonce_tag].concat();
        let bit = bit.index(all.len() * 8);
        all[bit / 8] ^= 1 << (bit % 8);
        let (ciphertext, nonce_tag) = all.split_at(plain.len());
        let changed = Sealed { ciphertext: ciphertext.to_vec(), nonce_tag: nonce_tag.to_vec() };
        prop_assert_eq!(key.open(value(1, 2, 3), &changed).err(), Some(Error::DecryptionFailed));
    }

    #[test]
    fn random_ciphertexts_fail_without_panic(ciphertext: Vec<u8>, nonce_tag: Vec<u8>) {
        let key = DataKey::generate().unwrap();
        let sealed = Sealed { ciphertext, nonce_tag };
        prop_assert_eq!(key.open(value(1, 2, 3), &sealed).err(), Some(Error::DecryptionFailed));
    }
}
