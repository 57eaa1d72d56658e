//! Places for long answers. Each holds a thread and the figures of its answer until its reader has them, so there are few,
//! and nobody gets more than some of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::brake::Household;

/// Places that one reader may hold.
const FOR_ONE: usize = 4;

/// The places of one server.
#[derive(Debug)]
pub(crate) struct Places {
    most: usize,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    all: usize,
    by_reader: HashMap<Household, usize>,
}

/// One place, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    reader: Option<Household>,
}

impl Places {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, held: Mutex::default() }
    }

    /// How many are held.
    pub(crate) fn held(&self) -> usize {
        self.lock().all
    }

    /// A place, unless none is free or the reader has as many as one may have. Without a limit on questions readers are not
    /// told apart.
    pub(crate) fn take(self: &Arc<Self>, reader: Option<Household>) -> Option<Place> {
        let mut held = self.lock();
        if held.all == self.most || reader.is_some_and(|reader| held.by_reader.get(&reader) == Some(&FOR_ONE)) {
            return None;
        }
        held.all += 1;
        if let Some(reader) = reader {
            *held.by_reader.entry(reader).or_default() += 1;
        }
        Some(Place { places: Arc::clone(self), reader })
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.places.lock();
        held.all -= 1;
        if let Some(reader) = self.reader {
            let left = held.by_reader.remove(&reader).unwrap_or_default().saturating_sub(1);
            if left > 0 {
                held.by_reader.insert(reader, left);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;

    #[test]
    fn nobody_gets_all_places() {
        let places = Arc::new(Places::new(10));
        let [one, other] = [1, 2].map(|last| Some(Household::of(IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)))));
        let mut first: Vec<Place> = std::iter::from_fn(|| places.take(one)).collect();
        assert_eq!(first.len(), FOR_ONE);
        let second: Vec<Place> = std::iter::from_fn(|| places.take(other)).collect();
        assert_eq!((second.len(), places.held()), (FOR_ONE, 8));
        assert!(first.pop().is_some() && places.take(one).is_some(), "a place that was given back can be taken again");
        drop((first, second));
        assert_eq!((places.held(), places.lock().by_reader.len()), (0, 0));
        assert_eq!(std::iter::from_fn(|| places.take(None)).collect::<Vec<_>>().len(), 10);
    }
}
