//! The address of a bucket, as a person writes it, checked once.

use url::{Host, Url};

use crate::WarehouseError;

/// Where requests without a region go.
const REGION: &str = "us-east-1";

/// Where a part of a bucket lies, and which server has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketAddress {
    /// `s3://BUCKET/PREFIX/`.
    url: Url,
    bucket: String,
    /// Without a slash at its end.
    endpoint: Option<String>,
    region: String,
    is_plain: bool,
}

impl BucketAddress {
    /// Checks an address. `url` is `s3://BUCKET/PREFIX`. Without an endpoint the server is Amazon's. An endpoint without
    /// encryption is refused, unless it is on this machine or `allow_http` says that the way to it is trusted.
    pub fn parse(
        url: &str,
        endpoint: Option<&str>,
        region: Option<&str>,
        allow_http: bool,
    ) -> Result<Self, WarehouseError> {
        let wrong = |reason: &str| WarehouseError::Path { path: shown(url), reason: reason.to_owned() };
        let rest = url.strip_prefix("s3://").ok_or_else(|| wrong("the URL of a bucket is s3://BUCKET/PREFIX"))?;
        let (bucket, prefix) = rest.trim_end_matches('/').split_once('/').unwrap_or((rest.trim_end_matches('/'), ""));
        let is_bucket = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
        if bucket.is_empty() || !bucket.chars().all(is_bucket) {
            return Err(wrong("the name of a bucket has small letters, digits, points and hyphens only"));
        }
        let is_plain_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '=');
        let is_part = |part: &str| !matches!(part, "" | "." | "..") && part.chars().all(is_plain_letter);
        if !prefix.is_empty() && !prefix.split('/').all(is_part) {
            return Err(wrong("a prefix has letters, digits, points, hyphens, underscores and single slashes only"));
        }
        let region = region.unwrap_or(REGION);
        if region.is_empty() || !region.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
            return Err(wrong("the name of a region has letters, digits and hyphens only"));
        }
        let endpoint = endpoint.map(|endpoint| checked(endpoint, allow_http)).transpose().map_err(|e| wrong(&e))?;
        let slash = if prefix.is_empty() { "" } else { "/" };
        let whole = Url::parse(&format!("s3://{bucket}/{prefix}{slash}")).map_err(|error| wrong(&error.to_string()))?;
        Ok(Self {
            url: whole,
            bucket: bucket.to_owned(),
            is_plain: endpoint.as_ref().is_some_and(|endpoint| endpoint.starts_with("http://")),
            endpoint,
            region: region.to_owned(),
        })
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    pub(crate) fn bucket(&self) -> &str {
        &self.bucket
    }

    pub(crate) fn endpoint(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    /// Whether the way to the server is not encrypted.
    pub(crate) fn is_plain(&self) -> bool {
        self.is_plain
    }
}

/// What may be repeated of a URL: somebody may have written a password into it.
fn shown(url: &str) -> String {
    if url.contains('@') { "a URL with a user in it".to_owned() } else { url.to_owned() }
}

/// The endpoint without a slash at its end.
fn checked(endpoint: &str, allow_http: bool) -> Result<String, String> {
    let url = Url::parse(endpoint).map_err(|_| "the endpoint is a URL such as https://s3.example.org".to_owned())?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("credentials do not stand in the endpoint; they come from AWS_ACCESS_KEY_ID and \
                    AWS_SECRET_ACCESS_KEY"
            .to_owned());
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err("the endpoint is scheme, host and port only; the bucket stands in the URL".to_owned());
    }
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => {}
        "http" if is_here || allow_http => {}
        "http" => {
            return Err(
                "over http anybody on the way can read the cases; use an https endpoint, or say that the way is \
                        trusted (--allow-http with init, allow_http = true in panoh.toml)"
                    .to_owned(),
            );
        }
        _ => return Err("an endpoint begins with https:// or http://".to_owned()),
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_bucket_with_a_plain_prefix() {
        let sound = |url, whole: &str| {
            let address = BucketAddress::parse(url, None, None, false).unwrap();
            assert_eq!(address.url().as_str(), whole, "{url}");
            assert_eq!((address.region(), address.endpoint(), address.is_plain()), (REGION, None, false));
        };
        sound("s3://cases", "s3://cases/");
        sound("s3://cases/", "s3://cases/");
        sound("s3://cases.of-2026/a/b_c=1/", "s3://cases.of-2026/a/b_c=1/");
        for wrong in [
            "",
            "cases",
            "https://cases/a",
            "s3://",
            "s3:///a",
            "s3://Cases/a",
            "s3://a b/c",
            "s3://a//b",
            "s3://a/../b",
            "s3://a/./b",
            "s3://a/b c",
            "s3://a/b%20c",
            "s3://a/b?c",
            "s3://a/b#c",
            "s3://a:9000/b",
            "s3://key:word@a/b",
        ] {
            let refused = BucketAddress::parse(wrong, None, None, false).unwrap_err();
            assert!(matches!(refused, WarehouseError::Path { .. }), "{wrong}");
            assert!(!refused.to_string().contains("word"), "{refused}");
        }
    }

    #[test]
    fn an_endpoint_is_encrypted_or_here() {
        let parse = |endpoint, allow_http| BucketAddress::parse("s3://a/b", Some(endpoint), Some("auto"), allow_http);
        for here in ["http://127.0.0.1:5000/", "http://localhost:5000", "http://[::1]:5000"] {
            let address = parse(here, false).unwrap();
            assert_eq!(address.endpoint(), Some(here.trim_end_matches('/')));
            assert!(address.is_plain());
        }
        assert!(!parse("https://s3.example.org", false).unwrap().is_plain());
        assert!(parse("http://s3.example.org", true).unwrap().is_plain());
        for wrong in [
            "http://s3.example.org",
            "http://localhost.example.org",
            "http://127.0.0.1.example.org",
            "s3.example.org",
            "ftp://s3.example.org",
            "https://key:word@s3.example.org",
            "https://s3.example.org/b",
            "https://s3.example.org?a=b",
        ] {
            let refused = parse(wrong, false).unwrap_err().to_string();
            assert!(!refused.contains("word"), "{refused}");
        }
    }
}
