//! One question to a web server and its answer (HTTP or HTTPS), within a time and a length.

use std::time::Duration;

use ureq::http::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Error};

use crate::model::RawPath;

/// What is sent, and what is taken back.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Where to: `http://…` or `https://…`.
    pub url: &'a str,
    /// What the body is.
    pub kind: &'a str,
    /// The body.
    pub body: &'a [u8],
    /// What the answer must say that it is.
    pub due: &'a str,
    /// The longest answer.
    pub limit: usize,
    /// Within which the whole must end.
    pub patience: Duration,
    /// `Authorization`, if the server wants one.
    pub authorization: Option<&'a str>,
    /// Certificates (PEM) by which the server of an `https` address is known; those that browsers trust, if there are none.
    pub known_by: Option<&'a [u8]>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// No address that can be asked.
    #[error("\"{0}\" is no address that begins with http:// or https:// and names a host, without a password in it")]
    Address(String),
    /// It can not be reached, in time.
    #[error("the server was not reached, or did not answer as HTTP has it: {0}")]
    Unreachable(String),
    /// It answered with a failure.
    #[error("the server answered {0}")]
    Status(u16),
    /// It named another address. Who is asked is the user's choice.
    #[error("the server says that it is elsewhere, and that is not followed: {0}")]
    Elsewhere(String),
    /// It sent something else.
    #[error("the server sent \"{found}\" and not \"{due}\"")]
    Kind {
        /// What it says it sent.
        found: String,
        /// What was due.
        due: String,
    },
    /// It sent too much.
    #[error("the server sent more than {0} bytes")]
    TooLong(usize),
    /// The certificates that the server is to be known by.
    #[error("there is no certificate (PEM) in the file by which the server is to be known")]
    NoCertificate,
}

/// Asks.
///
/// # Errors
/// [`HttpError`].
pub fn post(question: &Question<'_>) -> Result<Vec<u8>, HttpError> {
    if !is_address(question.url) {
        return Err(HttpError::Address(shown(question.url)));
    }
    let config = Agent::config_builder()
        .timeout_global(Some(question.patience))
        .proxy(None)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .user_agent(concat!("hozen/", env!("CARGO_PKG_VERSION")))
        .max_response_header_size(HEADER_BYTES)
        .tls_config(TlsConfig::builder().root_certs(known_by(question.known_by)?).build())
        .build();
    let mut request = Agent::new_with_config(config).post(question.url).header(CONTENT_TYPE, question.kind);
    if let Some(authorization) = question.authorization {
        request = request.header(AUTHORIZATION, authorization);
    }
    let response = request.send(question.body).map_err(|error| told(&error))?;
    let header = |name| response.headers().get(name).map(|value| shown(&String::from_utf8_lossy(value.as_bytes())));
    let status = response.status();
    if status.is_redirection() {
        return Err(HttpError::Elsewhere(header(LOCATION).unwrap_or_else(|| status.as_u16().to_string())));
    }
    if status.as_u16() != 200 {
        return Err(HttpError::Status(status.as_u16()));
    }
    let found = header(CONTENT_TYPE).unwrap_or_default();
    // Parameters behind `;` change nothing of what it is.
    if !found.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(question.due) {
        return Err(HttpError::Kind { found, due: question.due.to_owned() });
    }
    let limit = u64::try_from(question.limit).unwrap_or(u64::MAX);
    let body = response.into_body().into_with_config().limit(limit.saturating_add(1)).read_to_vec();
    match body {
        Ok(body) if body.len() <= question.limit => Ok(body),
        Ok(_) | Err(Error::BodyExceedsLimit(_)) => Err(HttpError::TooLong(question.limit)),
        Err(error) => Err(told(&error)),
    }
}

/// All headers of an answer.
const HEADER_BYTES: usize = 64 * 1024;

/// Whether this can be asked: a password in an address would stand in the list of processes.
fn is_address(url: &str) -> bool {
    let rest = ["http://", "https://"].iter().find_map(|scheme| {
        let head = url.get(..scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then(|| &url[scheme.len()..])
    });
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    !host.is_empty() && !host.contains('@') && !url.contains(|c: char| c.is_control() || c.is_whitespace())
}

fn known_by(pem: Option<&[u8]>) -> Result<RootCerts, HttpError> {
    let Some(pem) = pem else { return Ok(RootCerts::WebPki) };
    let mut certificates: Vec<Certificate<'static>> = Vec::new();
    for item in parse_pem(pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => certificates.push(certificate),
            Ok(_) => {}
            Err(_) => return Err(HttpError::NoCertificate),
        }
    }
    if certificates.is_empty() { Err(HttpError::NoCertificate) } else { Ok(RootCerts::from(certificates)) }
}

/// What the library says; a server may have had its part in the words.
fn told(error: &Error) -> HttpError {
    HttpError::Unreachable(shown(&error.to_string()))
}

fn shown(text: &str) -> String {
    RawPath(text.chars().take(SHOWN_CHARS).collect::<String>().into_bytes()).shown()
}

/// Characters of a server's words that an error repeats.
const SHOWN_CHARS: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_what_is_none() {
        for good in ["http://tsa.example/", "HTTPS://tsa.example:8443/tsr?x", "http://[::1]:80", "http://127.0.0.1"] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            "tsa.example",
            "ftp://x",
            "file:///etc/passwd",
            "http://",
            "http:///x",
            "http://me:pw@x/",
            "http://x/ y",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
