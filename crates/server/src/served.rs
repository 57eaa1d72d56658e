//! What a server serves: the shelf as it is now, and what was answered before. When the folder changes, a new shelf takes
//! the place of the old one; a request that has begun ends with the one that it began with.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::extract::FromRef;
use tokio::sync::Semaphore;

use crate::Shelf;
use crate::kept::KeptAnswers;

/// How often the folder is looked at for new and withdrawn releases.
pub const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Long answers that are written at a time. Each holds a thread while its reader takes it.
const LONG_ANSWERS: usize = 16;

/// The state of the router. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Served {
    shelf: Arc<RwLock<Arc<Shelf>>>,
    pub(crate) answers: KeptAnswers,
    pub(crate) long_answers: Arc<Semaphore>,
}

impl Served {
    /// Serves a shelf.
    pub fn new(shelf: Shelf) -> Self {
        Self {
            shelf: Arc::new(RwLock::new(Arc::new(shelf))),
            answers: KeptAnswers::new(),
            long_answers: Arc::new(Semaphore::new(LONG_ANSWERS)),
        }
    }

    /// The shelf as it is now.
    pub fn shelf(&self) -> Arc<Shelf> {
        Arc::clone(&self.shelf.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks at the folder every so often and serves what has come, without what was withdrawn or is not whole any more.
    /// Ends with the task that it runs in.
    pub async fn follow(self, published: PathBuf, every: Duration) {
        loop {
            tokio::time::sleep(every).await;
            let (old, published) = (self.shelf(), published.clone());
            let opened = tokio::task::spawn_blocking(move || Shelf::open_again(&published, &old)).await;
            match opened {
                Ok(Ok(Some(new))) => {
                    tracing::info!(releases = new.len(), "the published releases have changed");
                    *self.shelf.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
                }
                Ok(Ok(None)) => {}
                Ok(Err(error)) => tracing::error!(%error, "what was served before is served on"),
                Err(error) => tracing::error!(%error, "the published releases could not be looked at"),
            }
        }
    }
}

impl FromRef<Served> for Arc<Shelf> {
    fn from_ref(served: &Served) -> Self {
        served.shelf()
    }
}
