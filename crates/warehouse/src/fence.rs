//! The only door from a query to files: an object store that opens what lies below the warehouse's folders for reading
//! and nothing else.
//!
//! SQL is checked before it runs; this is the second wall. Even a plan that names a file elsewhere, or wants to write,
//! finds no store that would do it.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::error::{DataFusionError, Result as QueryResult};
use datafusion::execution::object_store::ObjectStoreRegistry;
use deltalake::ObjectStore;
use deltalake::logstore::object_store::path::Path;
use deltalake::logstore::object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, PutMultipartOptions,
    PutOptions, PutPayload, PutResult, Result,
};
use futures::stream::{BoxStream, StreamExt as _, once};
use url::Url;

/// A read-only view of a store that ends at the given folders.
#[derive(Debug)]
pub(crate) struct Fence {
    inner: Arc<dyn ObjectStore>,
    folders: Vec<Path>,
}

impl Fence {
    pub(crate) fn new(inner: Arc<dyn ObjectStore>, folders: Vec<Path>) -> Self {
        Self { inner, folders }
    }

    fn inside(&self, location: &Path) -> Result<()> {
        if self.folders.iter().any(|folder| location.prefix_matches(folder)) { Ok(()) } else { Err(refused(location)) }
    }

    fn inside_prefix(&self, prefix: Option<&Path>) -> Result<()> {
        prefix.map_or_else(|| Err(refused(&Path::default())), |prefix| self.inside(prefix))
    }
}

fn refused(location: &Path) -> Error {
    Error::PermissionDenied {
        path: location.to_string(),
        source: "queries read the tables of the warehouse and nothing else".into(),
    }
}

impl fmt::Display for Fence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the warehouse, read only")
    }
}

#[async_trait]
impl ObjectStore for Fence {
    async fn put_opts(&self, location: &Path, _: PutPayload, _: PutOptions) -> Result<PutResult> {
        Err(refused(location))
    }

    async fn put_multipart_opts(&self, location: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        Err(refused(location))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.inside(location)?;
        self.inner.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<bytes::Bytes>> {
        self.inside(location)?;
        self.inner.get_ranges(location, ranges).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        locations.map(|location| Err(refused(&location?))).boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.inside_prefix(prefix) {
            Ok(()) => self.inner.list(prefix),
            Err(error) => once(async { Err(error) }).boxed(),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inside_prefix(prefix)?;
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, _: &Path, to: &Path, _: CopyOptions) -> Result<()> {
        Err(refused(to))
    }
}

/// A registry that knows one store and learns no other.
#[derive(Debug)]
pub(crate) struct OneStore {
    key: String,
    store: Arc<dyn ObjectStore>,
}

impl OneStore {
    /// The store answers for URLs with the scheme and authority of `url`.
    pub(crate) fn new(url: &Url, store: Arc<dyn ObjectStore>) -> Self {
        Self { key: key(url), store }
    }
}

fn key(url: &Url) -> String {
    format!("{}://{}", url.scheme(), url.authority())
}

impl ObjectStoreRegistry for OneStore {
    fn register_store(&self, _: &Url, _: Arc<dyn ObjectStore>) -> Option<Arc<dyn ObjectStore>> {
        None
    }

    fn get_store(&self, url: &Url) -> QueryResult<Arc<dyn ObjectStore>> {
        if key(url) == self.key {
            return Ok(Arc::clone(&self.store));
        }
        let reason = format!("no store answers for {}: queries read the tables of the warehouse only", url.scheme());
        Err(DataFusionError::Plan(reason))
    }
}

#[cfg(test)]
mod tests {
    use deltalake::logstore::object_store::memory::InMemory;
    use deltalake::logstore::object_store::{ObjectStoreExt as _, PutPayload};
    use futures::TryStreamExt as _;

    use super::*;

    async fn fenced() -> Fence {
        let inner = InMemory::new();
        for path in ["home/warehouse/cases/a.parquet", "home/warehouse-2/a", "home/identity.sqlite"] {
            inner.put(&Path::from(path), PutPayload::from_static(b"x")).await.unwrap();
        }
        Fence::new(Arc::new(inner), vec![Path::from("home/warehouse")])
    }

    #[tokio::test]
    async fn reads_inside_and_nowhere_else() {
        let fence = fenced().await;
        assert!(fence.get(&Path::from("home/warehouse/cases/a.parquet")).await.is_ok());
        assert!(fence.get_range(&Path::from("home/warehouse/cases/a.parquet"), 0..1).await.is_ok());
        for outside in ["home/identity.sqlite", "home/warehouse-2/a", "etc/passwd"] {
            let path = Path::from(outside);
            assert!(matches!(fence.get(&path).await, Err(Error::PermissionDenied { .. })), "{outside}");
            assert!(
                matches!(fence.get_ranges(&path, &[0..1, 2..3]).await, Err(Error::PermissionDenied { .. })),
                "{outside}"
            );
            assert!(fence.list(Some(&path)).try_collect::<Vec<_>>().await.is_err(), "{outside}");
        }
        assert!(fence.list(None).try_collect::<Vec<_>>().await.is_err());
        assert!(fence.list_with_delimiter(None).await.is_err());
        assert_eq!(fence.list(Some(&Path::from("home/warehouse"))).try_collect::<Vec<_>>().await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn writes_nothing_anywhere() {
        let fence = fenced().await;
        let path = Path::from("home/warehouse/cases/a.parquet");
        assert!(fence.put(&path, PutPayload::from_static(b"y")).await.is_err());
        assert!(fence.put_multipart(&path).await.is_err());
        assert!(fence.delete(&path).await.is_err());
        assert!(fence.copy(&path, &Path::from("home/warehouse/cases/b.parquet")).await.is_err());
        assert!(fence.get(&path).await.is_ok());
    }

    #[tokio::test]
    async fn registry_knows_one_store() {
        let registry = OneStore::new(&Url::parse("file:///home/").unwrap(), Arc::new(fenced().await));
        let elsewhere = Url::parse("http://example.org/x.csv").unwrap();
        registry.register_store(&elsewhere, Arc::new(InMemory::new()));
        assert!(registry.get_store(&elsewhere).is_err());
        assert!(registry.get_store(&Url::parse("s3://bucket/x").unwrap()).is_err());
        assert!(registry.get_store(&Url::parse("file:///etc/passwd").unwrap()).is_ok(), "fenced, not unknown");
    }
}
