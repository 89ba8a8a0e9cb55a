//! What a HELLO asks for.

use crate::config::Protocol;

/// What a HELLO sets, after its credentials were checked.
pub(crate) struct Hello {
    pub protocol: Protocol,
    pub name: Option<Vec<u8>>,
    /// It names the protocol.
    pub has_version: bool,
}

impl Hello {
    /// The command as servers get it: credentials are a matter of the session.
    pub(crate) fn without_credentials(&self) -> Vec<Vec<u8>> {
        let version = self.has_version.then(|| self.protocol.number().into());
        let name = self.name.iter().flat_map(|name| [b"SETNAME".to_vec(), name.clone()]);
        [b"HELLO".to_vec()].into_iter().chain(version).chain(name).collect()
    }
}
