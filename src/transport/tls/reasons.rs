//! What an error of TLS means, and what to do about it.

use crate::error::{Code, Error};
use rustls::{AlertDescription, CertificateError, Error as TlsError};

/// The error of a connection for one of rustls.
#[cold]
pub(super) fn reason(error: &TlsError) -> Error {
    // Later failures come from a damaged stream. A server reports a refused client certificate after the handshake, and executes nothing.
    let code = match error {
        TlsError::DecryptError | TlsError::PeerSentOversizedRecord => Code::Io,
        _ => Code::Connect,
    };
    Error::new(code, format!("TLS handshake: {}", text(error)))
}

fn text(error: &TlsError) -> String {
    match error {
        TlsError::InvalidCertificate(error) => certificate(error),
        TlsError::AlertReceived(alert) => rejected(*alert),
        TlsError::InvalidMessage(_) => "the server does not use TLS on this port".into(),
        TlsError::PeerIncompatible(reason) => format!("the server has no version or cipher in common with this library ({reason:?})"),
        error => error.to_string(),
    }
}

/// Why the certificate of the server was not accepted.
fn certificate(error: &CertificateError) -> String {
    match error {
        CertificateError::Expired => "the certificate of the server has expired".into(),
        CertificateError::ExpiredContext { time, not_after } => {
            let seconds = time.as_secs().saturating_sub(not_after.as_secs());
            format!("the certificate of the server expired {} ago", duration(seconds))
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the certificate of the server is not valid yet; check the clock".into()
        }
        CertificateError::UnknownIssuer => {
            "the certificate of the server has an unknown issuer; set tls.ca to the certificate of its authority".into()
        }
        CertificateError::NotValidForName => "the certificate of the server is not valid for this name; set tls.server_name".into(),
        CertificateError::NotValidForNameContext { expected, presented } => {
            let names = if presented.is_empty() { "no name".into() } else { presented.join(", ") };
            format!("the certificate of the server is not valid for {:?}, but for {names}; set tls.server_name", expected.to_str())
        }
        error => format!("the certificate of the server is not accepted: {error}"),
    }
}

/// Why the server ended the connection.
fn rejected(alert: AlertDescription) -> String {
    use AlertDescription as Alert;
    match alert {
        Alert::CertificateRequired => "the server requires a client certificate; set tls.cert and tls.key".into(),
        Alert::HandshakeFailure => "the server refused (handshake_failure); it may require a client certificate (tls.cert and tls.key)".into(),
        Alert::BadCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateRevoked
        | Alert::CertificateExpired
        | Alert::CertificateUnknown
        | Alert::UnknownCA
        | Alert::AccessDenied => format!("the server rejected the client certificate ({alert:?})"),
        alert => format!("the server refused ({alert:?})"),
    }
}

fn duration(seconds: u64) -> String {
    match seconds {
        0..7_200 => format!("{} minutes", seconds / 60),
        7_200..172_800 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
