//! TLS of the clients. Without the cargo feature `tls` no listener has it.

#[cfg(feature = "tls")]
mod files;
#[cfg(feature = "tls")]
mod stream;

#[cfg(feature = "tls")]
pub use crate::listener::tls::files::ListenerTls;
#[cfg(feature = "tls")]
pub(crate) use crate::listener::tls::stream::TlsStream;

#[cfg(not(feature = "tls"))]
mod disabled;
#[cfg(not(feature = "tls"))]
pub use crate::listener::tls::disabled::ListenerTls;
#[cfg(not(feature = "tls"))]
pub(crate) use crate::listener::tls::disabled::TlsStream;
