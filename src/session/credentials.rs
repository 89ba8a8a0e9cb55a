//! The user and the password that clients need, and the comparison with what they name.

use std::hint::black_box;

pub(super) const DEFAULT_USER: &[u8] = b"default";

/// A user and a password that clients of a listener need, in place of those with which it connects to the servers.
pub struct Credentials {
    user: Vec<u8>,
    password: Vec<u8>,
}

impl Credentials {
    /// Without a user it is `default`, the user of `AUTH password`.
    pub fn new(user: Option<&str>, password: &str) -> Credentials {
        Credentials { user: user.map_or(DEFAULT_USER, str::as_bytes).to_vec(), password: password.as_bytes().to_vec() }
    }

    pub(super) fn accept(&self, user: &[u8], password: &[u8]) -> bool {
        is_secret(password, &self.password) && self.user == user
    }
}

/// Compares with a secret in a time that depends on the length of `given` only.
pub(super) fn is_secret(given: &[u8], secret: &[u8]) -> bool {
    let difference = given.iter().enumerate().fold(given.len() ^ secret.len(), |difference, (at, byte)| {
        difference | usize::from(byte ^ black_box(secret.get(at).copied().unwrap_or_default()))
    });
    black_box(difference) == 0
}
