//! What whoever runs a server decides.

use std::num::NonZeroU32;
use std::path::PathBuf;

use axum::http::HeaderValue;

/// How a server behaves.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Pages of which other servers may read answers in a browser.
    pub origins: Origins,
    /// Questions that one reader may ask in a second, over some time; none for any number.
    pub questions_per_second: Option<NonZeroU32>,
    /// Whether a proxy stands in front: the reader's address is then the last one in X-Forwarded-For.
    pub behind_proxy: bool,
    /// Whether addresses of readers stand in the access log.
    pub log_addresses: bool,
    /// Whether readers come over TLS, so that browsers may be told to come no other way.
    pub https_only: bool,
}

/// Pages of which servers may read answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Origins {
    /// Of this one alone.
    #[default]
    Own,
    /// Of these, such as `https://figures.example.org`.
    These(Vec<HeaderValue>),
    /// Of all.
    All,
}

impl Origins {
    /// Reads `*`, or origins such as `https://figures.example.org`.
    pub fn parse(origins: &[String]) -> Result<Self, String> {
        if origins.iter().any(|origin| origin == "*") {
            return Ok(Self::All);
        }
        let one = |origin: &String| {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")).unwrap_or_default();
            let fits = !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']);
            let header = HeaderValue::from_str(origin).ok().filter(|_| fits);
            header.ok_or_else(|| "write an origin as a browser sends it, https://HOST without a path, or *".to_owned())
        };
        let origins = origins.iter().map(one).collect::<Result<Vec<_>, _>>()?;
        Ok(if origins.is_empty() { Self::Own } else { Self::These(origins) })
    }
}

/// Where certificate and key lie, in PEM.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The certificate, with those between it and the root.
    pub certificate: PathBuf,
    /// Its key, which others may not read.
    pub key: PathBuf,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_written_as_browsers_send_them() {
        let parse = |texts: &[&str]| Origins::parse(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        assert_eq!(parse(&[]), Ok(Origins::Own));
        assert_eq!(parse(&["https://a.example", "*"]), Ok(Origins::All));
        assert!(
            matches!(parse(&["https://a.example:8443", "http://localhost:3000"]), Ok(Origins::These(two)) if two.len() == 2)
        );
        for bad in ["a.example", "https://", "https://a.example/", "https://a.example/x", "ftp://a.example", "null"] {
            assert!(parse(&[bad]).is_err(), "{bad}");
        }
    }
}
