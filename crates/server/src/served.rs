//! What a server serves: the published folder as it is now, who may read what, and what was answered before. When a file
//! changes, new shelves take the place of the old ones; a request that has begun ends with those that it began with.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use panoh_publication::Day;
use panoh_requests::{Inbox, TokenBook};
use tokio::sync::Semaphore;

use crate::kept::KeptAnswers;
use crate::measures::{Measures, Moment};
use crate::places::Places;
use crate::stamp::Stamp;
use crate::word_for_word::WordForWord;
use crate::{ShelfError, Shelves};

/// How often the folder is looked at for new and withdrawn releases.
pub const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Long answers that are written at a time. Each holds a thread while its reader takes it.
const LONG_ANSWERS: usize = 16;

/// Answers with many rows that are made at a time; the others wait.
const HEAVY_ANSWERS: usize = 2;

/// Where a server finds what it serves, and what it is told from outside.
#[derive(Debug, Clone)]
pub struct Sources {
    /// The folder of releases.
    pub published: PathBuf,
    /// The folder that requests are put into; without it nobody can ask for tables.
    pub requests: Option<PathBuf>,
    /// The book of tokens; without it there are no projects.
    pub tokens: Option<PathBuf>,
    /// Now, RFC 3339, in UTC.
    pub clock: fn() -> String,
}

/// The state of the router. Every request clones it, on all cores: one count of one `Arc` is what that may cost.
#[derive(Debug, Clone)]
pub struct Served(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    sources: Sources,
    now: RwLock<Now>,
    inbox: Option<Arc<Inbox>>,
    answers: KeptAnswers,
    word_for_word: WordForWord,
    long_answers: Arc<Places>,
    heavy: Arc<Semaphore>,
    measures: Measures,
}

/// What is served now.
#[derive(Debug, Clone)]
struct Now {
    shelves: Arc<Shelves>,
    /// One more each time the shelves change.
    generation: u64,
    tokens: Arc<TokenBook>,
    /// How the book looked when it was read.
    book: Stamp,
}

impl Served {
    /// Reads and verifies what is to be served.
    pub fn open(sources: Sources) -> Result<Self, ShelfError> {
        let book = Stamp::of(sources.tokens.as_deref());
        let shelves = Arc::new(Shelves::open(&sources.published)?);
        let tokens = Arc::new(read_tokens(sources.tokens.as_deref()));
        Ok(Self(Arc::new(Parts {
            inbox: sources.requests.clone().map(|folder| Arc::new(Inbox::new(folder))),
            sources,
            now: RwLock::new(Now { shelves, generation: 0, tokens, book }),
            answers: KeptAnswers::new(),
            word_for_word: WordForWord::new(),
            long_answers: Arc::new(Places::new(LONG_ANSWERS)),
            heavy: Arc::new(Semaphore::new(HEAVY_ANSWERS)),
            measures: Measures::new(),
        })))
    }

    /// All releases as they are now.
    pub fn shelves(&self) -> Arc<Shelves> {
        Arc::clone(&self.now().shelves)
    }

    /// The tokens as they are now.
    pub(crate) fn tokens(&self) -> Arc<TokenBook> {
        Arc::clone(&self.now().tokens)
    }

    /// Now, RFC 3339.
    pub(crate) fn time(&self) -> String {
        (self.0.sources.clock)()
    }

    /// Today, UTC; none when the clock does not say it.
    pub(crate) fn today(&self) -> Option<Day> {
        Day::new(self.time().get(..10)?).ok()
    }

    /// What the measures say besides what was counted.
    pub(crate) fn moment(&self) -> Moment {
        Moment {
            releases: self.shelves().public().len(),
            kept_bytes: self.0.answers.bytes() + self.0.word_for_word.bytes(),
            long_answers: self.0.long_answers.held(),
        }
    }

    /// Where requests for tables are put; none when nobody can make any.
    pub(crate) fn inbox(&self) -> Option<&Arc<Inbox>> {
        self.0.inbox.as_ref()
    }

    /// The answers that were written before.
    pub(crate) fn answers(&self) -> &KeptAnswers {
        &self.0.answers
    }

    /// The answers to requests that came before.
    pub(crate) fn word_for_word(&self) -> &WordForWord {
        &self.0.word_for_word
    }

    /// Another number for each state of the shelves.
    pub(crate) fn generation(&self) -> u64 {
        self.now().generation
    }

    /// Places for long answers, until their readers have them.
    pub(crate) fn long_answers(&self) -> &Arc<Places> {
        &self.0.long_answers
    }

    /// Places for answers with many rows, until they begin: each takes much memory and a core for a while.
    pub(crate) fn heavy(&self) -> &Arc<Semaphore> {
        &self.0.heavy
    }

    /// What is counted.
    pub(crate) fn measures(&self) -> &Measures {
        &self.0.measures
    }

    /// Looks at the files every so often and serves what has come, without what was withdrawn or is not whole any more.
    /// Ends with the task that it runs in.
    pub async fn follow(self, every: Duration) {
        loop {
            tokio::time::sleep(every).await;
            let served = self.clone();
            if let Err(error) = tokio::task::spawn_blocking(move || served.look()).await {
                tracing::error!(%error, "the published releases could not be looked at");
            }
        }
    }

    fn look(&self) {
        let old = self.now().clone();
        let (published, tokens) = (&self.0.sources.published, self.0.sources.tokens.as_deref());
        let mut new = old.clone();
        match Shelves::open_again(published, &old.shelves) {
            Ok(Some(shelves)) => {
                tracing::info!(releases = shelves.public().len(), "the published releases have changed");
                (new.shelves, new.generation) = (Arc::new(shelves), old.generation + 1);
            }
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "what was served before is served on"),
        }
        let book = Stamp::of(tokens);
        if book != old.book {
            tracing::info!("the book of tokens has changed");
            (new.tokens, new.book) = (Arc::new(read_tokens(tokens)), book);
        }
        *self.0.now.write().unwrap_or_else(PoisonError::into_inner) = new;
    }

    fn now(&self) -> RwLockReadGuard<'_, Now> {
        self.0.now.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The tokens of a book. From one that cannot be read no token is taken: one of them may have been revoked.
fn read_tokens(path: Option<&Path>) -> TokenBook {
    let read = path.map_or_else(|| Ok(TokenBook::default()), TokenBook::read);
    read.unwrap_or_else(|error| {
        tracing::error!(%error, "no token is taken until the book can be read");
        TokenBook::default()
    })
}
