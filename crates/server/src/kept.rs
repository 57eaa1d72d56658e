//! Answers that were written before. They follow from their tag alone, so they are never out of date; the ones that nobody
//! asked for longest go when there are too many.

use axum::body::Bytes;
use moka::sync::Cache;

/// Most bytes that are kept.
const MOST_BYTES: u64 = 64 << 20;
/// What an answer takes besides its bytes.
const OVERHEAD: usize = 256;

/// The answers of one server.
#[derive(Debug)]
pub(crate) struct KeptAnswers(Cache<String, Kept>);

/// One answer.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) bytes: Bytes,
    pub(crate) is_gzip: bool,
}

impl KeptAnswers {
    pub(crate) fn new() -> Self {
        let weigh =
            |key: &String, kept: &Kept| u32::try_from(key.len() + kept.bytes.len() + OVERHEAD).unwrap_or(u32::MAX);
        Self(Cache::builder().max_capacity(MOST_BYTES).weigher(weigh).build())
    }

    /// The name of an answer: its tag, and whether the reader takes it compressed.
    pub(crate) fn key(tag: &str, gzip: bool) -> String {
        format!("{tag}{}", u8::from(gzip))
    }

    /// Bytes that are kept, about.
    pub(crate) fn bytes(&self) -> u64 {
        self.0.weighted_size()
    }

    pub(crate) fn get(&self, key: &str) -> Option<Kept> {
        self.0.get(key)
    }

    pub(crate) fn keep(&self, key: String, kept: Kept) {
        self.0.insert(key, kept);
    }
}
