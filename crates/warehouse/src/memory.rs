//! How the parts of a query share memory.
//!
//! The engine's own fair pool divides the memory by everything that could spill, whether it needs any or not: of two
//! gigabytes a query over two million persons got an eighth and spent most of its time on disk. Here whoever comes first may
//! have it, up to three quarters of all; of the last quarter everything that could spill has an even share, so that a sort
//! which begins late still has room to merge what it spilled. What cannot spill may have whatever is left.

use std::fmt::{Display, Formatter, Result as Formatted};
use std::sync::{Mutex, MutexGuard, PoisonError};

use datafusion::error::{DataFusionError, Result};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation};

/// The memory of all queries of a session, in bytes.
#[derive(Debug)]
pub(crate) struct SharedMemory {
    bytes: usize,
    shares: Mutex<Shares>,
}

#[derive(Debug, Default)]
struct Shares {
    used: usize,
    /// How many could spill.
    spillers: usize,
}

impl SharedMemory {
    pub(crate) fn new(bytes: usize) -> Self {
        Self { bytes, shares: Mutex::default() }
    }

    fn shares(&self) -> MutexGuard<'_, Shares> {
        self.shares.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether so much may be used, and so much of it by one that could spill.
    fn has_room(&self, shares: &Shares, used: usize, own: Option<usize>) -> bool {
        let last = self.bytes / 4;
        match own {
            Some(own) => used <= self.bytes - last || own <= last / shares.spillers.max(1) && used <= self.bytes,
            None => used <= self.bytes,
        }
    }
}

impl MemoryPool for SharedMemory {
    fn name(&self) -> &'static str {
        "shared"
    }

    fn register(&self, consumer: &MemoryConsumer) {
        self.shares().spillers += usize::from(consumer.can_spill());
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        self.shares().spillers -= usize::from(consumer.can_spill());
    }

    fn grow(&self, _: &MemoryReservation, additional: usize) {
        self.shares().used += additional;
    }

    fn shrink(&self, _: &MemoryReservation, shrink: usize) {
        self.shares().used -= shrink;
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        let consumer = reservation.consumer();
        let own = consumer.can_spill().then(|| reservation.size() + additional);
        let mut shares = self.shares();
        let used = shares.used + additional;
        if !self.has_room(&shares, used, own) {
            let (name, bytes) = (consumer.name(), self.bytes);
            return Err(DataFusionError::ResourcesExhausted(format!(
                "{name} asked for {additional} bytes more; {} of {bytes} are in use",
                shares.used
            )));
        }
        shares.used = used;
        Ok(())
    }

    fn reserved(&self) -> usize {
        self.shares().used
    }

    fn memory_limit(&self) -> MemoryLimit {
        MemoryLimit::Finite(self.bytes)
    }
}

impl Display for SharedMemory {
    fn fmt(&self, f: &mut Formatter<'_>) -> Formatted {
        write!(f, "{} of {} bytes", self.reserved(), self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const MIB: usize = 1 << 20;

    #[test]
    fn who_could_spill_has_three_quarters_and_a_share_of_the_last() {
        let pool: Arc<dyn MemoryPool> = Arc::new(SharedMemory::new(16 * MIB));
        let spiller = || MemoryConsumer::new("sort").with_can_spill(true).register(&pool);
        let [early, late] = [spiller(), spiller()];
        early.try_grow(12 * MIB).expect("three quarters are for the first");
        assert!(early.try_grow(1).is_err(), "more is not");
        late.try_grow(2 * MIB).expect("of the last quarter each has half");
        assert!(late.try_grow(1).is_err(), "and no more");
        early.shrink(4 * MIB);
        late.try_grow(MIB).expect("what was given back is there for the other");
    }

    #[test]
    fn what_cannot_spill_has_what_is_left() {
        let pool: Arc<dyn MemoryPool> = Arc::new(SharedMemory::new(16 * MIB));
        let spiller = MemoryConsumer::new("sort").with_can_spill(true).register(&pool);
        let join = MemoryConsumer::new("join").register(&pool);
        spiller.try_grow(12 * MIB).expect("there is room");
        join.try_grow(4 * MIB).expect("all that is left");
        let error = join.try_grow(1).expect_err("nothing is left").to_string();
        assert!(error.contains("join asked for 1 bytes more"), "{error}");
        drop(spiller);
        join.try_grow(12 * MIB).expect("what ends gives back");
        assert_eq!(pool.reserved(), 16 * MIB);
    }
}
