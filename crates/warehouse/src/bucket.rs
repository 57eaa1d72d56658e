//! Tables in a bucket of an S3-compatible object store.
//!
//! A commit is a put that is refused when the object exists, so of two writers one wins; whoever makes a warehouse in a
//! bucket asks first whether its server keeps to that. An answered put is durable. There is no step that swaps two tables;
//! `roll.rs` says what stands in for it.
//!
//! Everything that is asked goes to the one server of the address, signed with the credentials that were handed in: no
//! metadata service is asked for others.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use deltalake::logstore::object_store::path::Path as StorePath;
use deltalake::logstore::object_store::{
    self as objects, ClientOptions, ObjectStore, ObjectStoreExt as _, PutMode, PutOptions, PutPayload, RetryConfig,
};
use deltalake::logstore::{StorageConfig, default_logstore};
use deltalake::{DeltaResult, DeltaTable};
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::aws::{AmazonS3Builder, S3ConditionalPut};
use url::Url;

use crate::place::Entry;
use crate::{BucketAddress, WarehouseError};

/// The object with which a new bucket is tried.
const PROBE: &str = ".probe";
/// Tries after a failure that may pass; with the pauses between them about half a minute.
const RETRIES: usize = 7;
/// After so long a failure is not tried again.
const NO_MORE_TRIES: Duration = Duration::from_secs(40);
/// For a server to take a connection.
const CONNECTING: Duration = Duration::from_secs(10);
/// What servers call credentials that they do not take.
const REFUSED: &[&str] =
    &["403 Forbidden", "AccessDenied", "ExpiredToken", "InvalidAccessKeyId", "InvalidToken", "SignatureDoesNotMatch"];
/// For one request with its answer: a part of a data file over a slow line.
const PATIENCE: Duration = Duration::from_mins(1);

/// A part of a bucket: all objects whose names begin with its prefix. Cloning is cheap.
#[derive(Clone)]
pub struct Bucket {
    /// Ends with a slash.
    url: Url,
    /// The whole bucket.
    objects: Arc<dyn ObjectStore>,
}

/// What shows the server who asks. Nothing prints the secret.
pub struct Credentials {
    /// The id of the access key.
    pub key_id: String,
    /// Its secret.
    pub secret: String,
    /// The token of a session, for credentials that end with one.
    pub session: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

impl Bucket {
    /// The way to a bucket. Nothing is asked yet.
    pub fn new(address: &BucketAddress, credentials: Credentials) -> Result<Self, WarehouseError> {
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(address.bucket())
            .with_region(address.region())
            .with_access_key_id(credentials.key_id)
            .with_secret_access_key(credentials.secret)
            .with_conditional_put(S3ConditionalPut::ETagMatch)
            .with_retry(RetryConfig { max_retries: RETRIES, retry_timeout: NO_MORE_TRIES, ..RetryConfig::default() })
            .with_client_options(
                ClientOptions::new()
                    .with_timeout(PATIENCE)
                    .with_connect_timeout(CONNECTING)
                    .with_allow_http(address.is_plain()),
            );
        if let Some(endpoint) = address.endpoint() {
            builder = builder.with_endpoint(endpoint);
        }
        if let Some(session) = credentials.session {
            builder = builder.with_token(session);
        }
        let url = address.url().clone();
        match builder.build() {
            Ok(objects) => Ok(Self { url, objects: Arc::new(objects) }),
            Err(error) => Err(failed(&url, error)),
        }
    }

    /// A bucket that somebody else opened.
    #[cfg(test)]
    pub(crate) fn over(objects: Arc<dyn ObjectStore>, url: &str) -> Self {
        Self { url: Url::parse(url).expect("a URL"), objects }
    }

    /// The part below.
    pub(crate) fn below(&self, name: &str) -> Self {
        let mut url = self.url.clone();
        if !name.is_empty() {
            url.set_path(&format!("{}{name}/", url.path()));
        }
        Self { url, objects: Arc::clone(&self.objects) }
    }

    /// This part and all that it lies in, up to the whole bucket.
    pub(crate) fn with_all_above(&self) -> Vec<Self> {
        let path = self.url.path();
        let ends = path.char_indices().filter(|(_, letter)| *letter == '/').map(|(at, _)| at);
        let part = |end| {
            let mut url = self.url.clone();
            url.set_path(&path[..=end]);
            Self { url, objects: Arc::clone(&self.objects) }
        };
        ends.map(part).collect()
    }

    /// A table that was not read yet. The log store is the one whose commits are puts that are refused when the object
    /// exists.
    pub(crate) fn connect_table(&self) -> DeltaResult<DeltaTable> {
        let config = StorageConfig::default();
        let table: Arc<dyn ObjectStore> = Arc::from(config.decorate_store(Arc::clone(&self.objects), &self.url)?);
        Ok(DeltaTable::new(default_logstore(table, Arc::clone(&self.objects), &self.url, &config)))
    }

    /// Refuses a bucket that is not there, does not let us write, or lets the second of two writers win.
    pub(crate) async fn probe(&self) -> Result<(), WarehouseError> {
        let path = self.path(PROBE);
        let put = || {
            let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
            self.objects.put_opts(&path, PutPayload::from_static(b"panoh"), options)
        };
        let first = put().await;
        // What an earlier probe left that was cut off is as good.
        if let Err(error) = first
            && !matches!(error, objects::Error::AlreadyExists { .. })
        {
            return Err(self.failed(error));
        }
        let second = put().await;
        self.objects.delete(&path).await.map_err(|error| self.failed(error))?;
        match second {
            Err(objects::Error::AlreadyExists { .. }) => Ok(()),
            Err(error) => Err(self.failed(error)),
            Ok(_) => Err(WarehouseError::Path {
                path: self.to_string(),
                reason: "its server overwrites an object that was to be written only if it is not there (If-None-Match), so \
                         that of two loads at once one would be lost; use a server that honours conditional writes"
                    .to_owned(),
            }),
        }
    }

    /// Whether any object stands here.
    pub(crate) async fn holds_any(&self) -> Result<bool, WarehouseError> {
        let first = self.objects.list(Some(&self.path(""))).next().await;
        first.transpose().map(|first| first.is_some()).map_err(|error| self.failed(error))
    }

    /// The objects directly here.
    pub(crate) async fn files(&self) -> objects::Result<Vec<Entry>> {
        let listed = self.objects.list_with_delimiter(Some(&self.path(""))).await?;
        Ok(listed.objects.iter().filter_map(|object| self.entry(object)).collect())
    }

    /// All objects here and below.
    pub(crate) async fn all(&self) -> objects::Result<Vec<Entry>> {
        let listed: Vec<_> = self.objects.list(Some(&self.path(""))).try_collect().await?;
        Ok(listed.iter().filter_map(|object| self.entry(object)).collect())
    }

    /// The whole object.
    pub(crate) async fn get(&self, name: &str) -> objects::Result<Bytes> {
        self.objects.get(&self.path(name)).await?.bytes().await
    }

    /// Writes an object, whether it is there or not.
    pub(crate) async fn put(&self, name: &str, contents: impl Into<PutPayload>) -> objects::Result<()> {
        self.objects.put(&self.path(name), contents.into()).await.map(drop)
    }

    /// Copies an object of this part of the bucket to another name in another part.
    pub(crate) async fn copy(&self, name: &str, to: &Self, new: &str) -> objects::Result<()> {
        self.objects.copy(&self.path(name), &to.path(new)).await
    }

    /// Removes objects; those that are not there are removed already.
    pub(crate) async fn delete(&self, names: impl IntoIterator<Item = String>) -> objects::Result<()> {
        let paths: Vec<_> = names.into_iter().map(|name| Ok(self.path(&name))).collect();
        let mut deleted = self.objects.delete_stream(futures::stream::iter(paths).boxed());
        while let Some(one) = deleted.next().await {
            match one {
                Ok(_) | Err(objects::Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// An error of the object store, in the words of whoever set it up.
    pub(crate) fn failed(&self, error: objects::Error) -> WarehouseError {
        failed(&self.url, error)
    }

    fn path(&self, name: &str) -> StorePath {
        // An address has plain letters only, and so have the names of tables and files: nothing is encoded.
        StorePath::from(format!("{}{name}", self.url.path()))
    }

    fn entry(&self, object: &objects::ObjectMeta) -> Option<Entry> {
        let below = object.location.prefix_match(&self.path(""))?;
        let name = below.map(|part| part.as_ref().to_owned()).collect::<Vec<_>>().join("/");
        Some(Entry { name, bytes: object.size })
    }
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Bucket").field(&self.url.as_str()).finish()
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.as_str().trim_end_matches('/'))
    }
}

/// Servers say in the answer's body what is wrong, and quote there what was sent, the token of a session included: so what
/// they say about credentials is not handed on.
fn failed(url: &Url, error: objects::Error) -> WarehouseError {
    let url = url.as_str().trim_end_matches('/').to_owned();
    let mut said = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(source) = cause {
        said.push_str(&source.to_string());
        cause = source.source();
    }
    let is_said = |codes: &[&str]| codes.iter().any(|code| said.contains(code));
    if is_said(&["NoSuchBucket"]) {
        return WarehouseError::NoBucket { url };
    }
    let is_refused = matches!(error, objects::Error::PermissionDenied { .. } | objects::Error::Unauthenticated { .. });
    if is_refused || is_said(REFUSED) {
        return WarehouseError::BucketRefused { url };
    }
    WarehouseError::Bucket { url, source: Box::new(error) }
}
