//! Which statements run, so that a client's request to cancel finds its own and no other.
//!
//! pgwire's own registry ends a statement only until its first row; here the watch goes along with the rows.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use pgwire::api::cancel::CancelHandler;
use pgwire::messages::ProtocolVersion;
use pgwire::messages::cancel::CancelRequest;
use pgwire::messages::startup::SecretKey;
use tokio::sync::watch;

use crate::GatewayError;
use crate::scram::random;

/// What a client must know to cancel: the number of its connection, and the secret that came with it.
type Known = (i32, Vec<u8>);

/// The connections that are logged in, by what a client must know to cancel.
#[derive(Debug, Default)]
pub(crate) struct Cancels {
    number: AtomicI32,
    open: Mutex<HashMap<Known, watch::Sender<u64>>>,
}

/// One connection's place in the registry; it is given up when this is dropped.
#[derive(Debug)]
pub(crate) struct Cancellable {
    cancels: Arc<Cancels>,
    number: i32,
    secret: SecretKey,
    watch: watch::Receiver<u64>,
}

impl Cancels {
    /// Takes a connection in. The secret is as long as the protocol allows.
    pub(crate) fn register(self: &Arc<Self>, protocol: ProtocolVersion) -> Result<Cancellable, GatewayError> {
        let number = self.number.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        let secret = match protocol {
            ProtocolVersion::PROTOCOL3_0 => SecretKey::I32(i32::from_be_bytes(random::<4>()?)),
            _ => SecretKey::Bytes(random::<32>()?.to_vec().into()),
        };
        let (sender, watch) = watch::channel(0);
        self.open().insert((number, secret.to_bytes().to_vec()), sender);
        Ok(Cancellable { cancels: Arc::clone(self), number, secret, watch })
    }

    fn open(&self) -> std::sync::MutexGuard<'_, HashMap<Known, watch::Sender<u64>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl CancelHandler for Cancels {
    async fn on_cancel_request(&self, request: CancelRequest) {
        if let Some(sender) = self.open().get(&(request.pid, request.secret_key.to_bytes().to_vec())) {
            sender.send_modify(|times| *times += 1);
        }
    }
}

impl Cancellable {
    pub(crate) fn number_and_secret(&self) -> (i32, SecretKey) {
        (self.number, self.secret.clone())
    }

    /// A watch for a statement that begins now: it changes with the next request.
    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        let mut watch = self.watch.clone();
        watch.mark_unchanged();
        watch
    }
}

impl Drop for Cancellable {
    fn drop(&mut self) {
        self.cancels.open().remove(&(self.number, self.secret.to_bytes().to_vec()));
    }
}
