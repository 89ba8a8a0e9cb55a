//! TLS over the socket of a connection, with rustls. Without the cargo feature `tls` no configuration asks for it.

#[cfg(feature = "tls")]
mod buffers;
#[cfg(feature = "tls")]
mod client_config;
#[cfg(feature = "tls")]
mod handshake;
#[cfg(feature = "tls")]
mod reasons;
#[cfg(feature = "tls")]
mod stream;

#[cfg(feature = "tls")]
pub(crate) use crate::transport::tls::handshake::Handshake;
#[cfg(feature = "tls")]
pub(crate) use crate::transport::tls::stream::TlsStream;

#[cfg(not(feature = "tls"))]
mod disabled;
#[cfg(not(feature = "tls"))]
pub(crate) use crate::transport::tls::disabled::{Handshake, TlsStream};
