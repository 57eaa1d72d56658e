//! Writing answers away from the threads that serve. A short answer is written whole, so that its length is told and it can
//! be kept. A long one goes out in parts while it is written, and is in memory a part at a time; a reader who takes nothing
//! for a while is let go.

use std::io::{self, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use axum::http::StatusCode;
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body::Frame;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use tokio::time::timeout;

use crate::Problem;
use crate::brake::Household;
use crate::places::{Place, Places};
use crate::problem::Kind;

/// Answers up to this length are written whole.
const WHOLE: usize = 1 << 20;
/// One part of a long answer.
const PART: usize = 128 << 10;
/// Parts that wait for the reader.
const WAITING: usize = 2;
/// How long a reader may take nothing.
const PATIENCE: Duration = Duration::from_secs(30);
/// Shorter answers are not worth compressing.
const WORTH_COMPRESSING: usize = 860;

/// An answer.
pub(crate) enum Written {
    /// The whole of it.
    Whole { bytes: Bytes, is_gzip: bool },
    /// What comes.
    Parts(Parts, bool),
}

/// The body of a long answer.
#[derive(Debug)]
pub(crate) struct Parts {
    parts: mpsc::Receiver<Bytes>,
    /// Set before the last part when the rest will not come.
    is_broken: Arc<AtomicBool>,
}

impl HttpBody for Parts {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.parts.poll_recv(context).map(|part| match part {
            Some(part) => Some(Ok(Frame::data(part))),
            // The connection is cut, so that nobody takes half an answer for a whole one.
            None if self.is_broken.load(Ordering::Acquire) => Some(Err(io::ErrorKind::Other.into())),
            None => None,
        })
    }
}

/// Writes an answer, compressed when the reader takes that and it is worth it. `making` is given back when the answer begins.
pub(crate) async fn write_away<F>(
    make: F,
    gzip: bool,
    (places, reader): (&Arc<Places>, Option<Household>),
    making: Option<OwnedSemaphorePermit>,
) -> Result<Written, Problem>
where
    F: FnOnce(&mut (dyn Write + Send)) -> Result<(), Problem> + Send + 'static,
{
    let (begun, wait) = oneshot::channel();
    let (handle, places) = (Handle::current(), Arc::clone(places));
    let task = tokio::task::spawn_blocking(move || {
        // Whoever asked may have gone while this waited for a thread.
        if begun.is_closed() {
            return;
        }
        let (begun, is_broken) = (Some(begun), Arc::default());
        let (buffer, parts, place) = (Vec::new(), None, None);
        let out = Out { buffer, parts, is_broken, begun, gzip, handle, places, reader, place, making };
        let mut out = Coded::new(out, gzip);
        let made = make(&mut out);
        out.finish(made);
    });
    if let Ok(written) = wait.await {
        return written;
    }
    let reason = task.await.err().map_or_else(|| "it ended without an answer".to_owned(), |error| error.to_string());
    tracing::error!(reason, "an answer could not be made");
    Err(Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR))
}

/// What is written to: plain until it is known whether the answer is worth compressing.
enum Coded {
    Plain(Out),
    /// The first bytes, which wait.
    Undecided(Out, Vec<u8>),
    Gzip(Box<GzEncoder<Out>>),
    /// Between two of these.
    Moved,
}

impl Coded {
    fn new(out: Out, gzip: bool) -> Self {
        if gzip { Self::Undecided(out, Vec::new()) } else { Self::Plain(out) }
    }

    fn finish(self, made: Result<(), Problem>) {
        match self {
            Self::Plain(out) => out.finish(made, false),
            Self::Undecided(mut out, bytes) => {
                out.buffer = bytes;
                out.finish(made, false);
            }
            Self::Gzip(encoder) => match encoder.finish() {
                Ok(out) => out.finish(made, true),
                // Nobody reads any more; there is nobody to tell.
                Err(error) => tracing::debug!(%error, "a long answer was not taken to its end"),
            },
            Self::Moved => {}
        }
    }
}

impl Write for Coded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Self::Undecided(_, first) = self {
            first.extend_from_slice(bytes);
            if first.len() < WORTH_COMPRESSING {
                return Ok(bytes.len());
            }
            let Self::Undecided(out, first) = std::mem::replace(self, Self::Moved) else { unreachable!("just seen") };
            let mut encoder = GzEncoder::new(out, Compression::new(5));
            encoder.write_all(&first)?;
            *self = Self::Gzip(Box::new(encoder));
            return Ok(bytes.len());
        }
        match self {
            Self::Plain(out) => out.write(bytes),
            Self::Gzip(encoder) => encoder.write(bytes),
            Self::Undecided(..) | Self::Moved => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Holds what fits, and hands out the rest.
struct Out {
    buffer: Vec<u8>,
    parts: Option<mpsc::Sender<Bytes>>,
    is_broken: Arc<AtomicBool>,
    begun: Option<oneshot::Sender<Result<Written, Problem>>>,
    gzip: bool,
    handle: Handle,
    places: Arc<Places>,
    reader: Option<Household>,
    place: Option<Place>,
    /// Held until the answer begins.
    making: Option<OwnedSemaphorePermit>,
}

impl Out {
    fn finish(mut self, made: Result<(), Problem>, is_gzip: bool) {
        match (self.begun.take(), made) {
            (Some(begun), Ok(())) => {
                let written = Written::Whole { bytes: std::mem::take(&mut self.buffer).into(), is_gzip };
                // Whoever asked may be gone.
                let _ = begun.send(Ok(written));
            }
            (Some(begun), Err(problem)) => drop(begun.send(Err(problem))),
            (None, Ok(())) => {
                let rest = std::mem::take(&mut self.buffer);
                let _ = self.hand_out(rest);
            }
            // Nothing waits for the reader here: one who takes nothing would keep the place of another for ever.
            (None, Err(problem)) => {
                tracing::warn!(?problem, "a long answer broke off");
                self.is_broken.store(true, Ordering::Release);
            }
        }
    }

    fn begin_parts(&mut self) -> io::Result<()> {
        let Some(place) = self.places.take(self.reader) else {
            let busy = Problem::new(Kind::Busy, "many long answers are being written; ask again in a while");
            if let Some(begun) = self.begun.take() {
                let _ = begun.send(Err(busy));
            }
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        self.place = Some(place);
        let (sender, receiver) = mpsc::channel(WAITING);
        self.parts = Some(sender);
        self.making = None;
        let parts = Parts { parts: receiver, is_broken: Arc::clone(&self.is_broken) };
        let written = Written::Parts(parts, self.gzip);
        let told = self.begun.take().is_some_and(|begun| begun.send(Ok(written)).is_ok());
        if told { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
    }

    fn hand_out(&mut self, bytes: Vec<u8>) -> io::Result<()> {
        let Some(parts) = &self.parts else { return Err(io::ErrorKind::BrokenPipe.into()) };
        let sent = self.handle.block_on(timeout(PATIENCE, parts.send(bytes.into())));
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(io::ErrorKind::BrokenPipe.into()),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.begun.as_ref().is_some_and(oneshot::Sender::is_closed) {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.buffer.extend_from_slice(bytes);
        if self.begun.is_some() && self.buffer.len() > WHOLE {
            self.begin_parts()?;
        }
        if self.begun.is_none() && self.buffer.len() >= PART {
            let part = std::mem::take(&mut self.buffer);
            self.hand_out(part)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
