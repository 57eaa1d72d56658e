//! An object store in memory that fails when it is told to, and can be told to break the rules that commits rest on.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use async_trait::async_trait;
use deltalake::ObjectStore;
use deltalake::logstore::object_store::memory::InMemory;
use deltalake::logstore::object_store::path::Path;
use deltalake::logstore::object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStoreExt as _, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use futures::TryStreamExt as _;
use futures::stream::{BoxStream, StreamExt as _};

/// A store in memory.
#[derive(Debug)]
pub(super) struct Faulty {
    inner: Arc<InMemory>,
    /// Changes that succeed before all later ones fail.
    left: Arc<AtomicI64>,
    /// Whether the next commit is written and answered as if it had not been.
    pub(super) loses_an_answer: AtomicBool,
    /// Whether what was to be written only if it is not there is written all the same.
    pub(super) overwrites: AtomicBool,
}

impl Faulty {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            inner: Arc::new(InMemory::new()),
            left: Arc::new(AtomicI64::new(i64::MAX)),
            loses_an_answer: AtomicBool::new(false),
            overwrites: AtomicBool::new(false),
        })
    }

    /// The same objects, and this many changes of them.
    pub(super) fn with_changes(&self, left: i64) {
        self.left.store(left, Ordering::SeqCst);
    }

    /// The names of all objects.
    pub(super) async fn names(&self) -> Vec<String> {
        let all: Vec<ObjectMeta> = self.inner.list(None).try_collect().await.unwrap();
        all.into_iter().map(|object| object.location.to_string()).collect()
    }
}

fn spend(left: &AtomicI64) -> Result<()> {
    let is_spent = left.fetch_sub(1, Ordering::SeqCst) <= 0;
    if is_spent { Err(Error::Generic { store: "faulty", source: "the line is cut".into() }) } else { Ok(()) }
}

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a store that fails")
    }
}

#[async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(&self, location: &Path, payload: PutPayload, mut options: PutOptions) -> Result<PutResult> {
        spend(&self.left)?;
        if self.overwrites.load(Ordering::SeqCst) {
            options.mode = PutMode::Overwrite;
        }
        let is_commit = options.mode == PutMode::Create;
        let put = self.inner.put_opts(location, payload, options).await?;
        if is_commit && self.loses_an_answer.swap(false, Ordering::SeqCst) {
            return Err(Error::AlreadyExists { path: location.to_string(), source: "written, asked again".into() });
        }
        Ok(put)
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        spend(&self.left)?;
        self.inner.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<bytes::Bytes>> {
        self.inner.get_ranges(location, ranges).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let (left, inner) = (Arc::clone(&self.left), Arc::clone(&self.inner));
        let delete = move |location: Result<Path>| {
            let (left, inner) = (Arc::clone(&left), Arc::clone(&inner));
            async move {
                let location = location?;
                spend(&left)?;
                inner.delete(&location).await?;
                Ok(location)
            }
        };
        locations.then(delete).boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        spend(&self.left)?;
        self.inner.copy_opts(from, to, options).await
    }
}
