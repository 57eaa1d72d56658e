//! Warehouse and register of one home, opened for writing together, with what an interrupted load left between them
//! settled first.

use std::path::{Path, PathBuf};

use panoh_dictionary::Dictionary;
use panoh_identity::Register;
use panoh_warehouse::Warehouse;

use crate::error::CustodyError;
use crate::lock::{WriterLock, lock};

/// Where the parts of a home lie.
#[derive(Debug, Clone, Copy)]
pub struct Places<'a> {
    /// The home folder.
    pub home: &'a Path,
    /// The folder of the warehouse.
    pub warehouse: &'a Path,
    /// The file of the identity register.
    pub register: &'a Path,
    /// The folder for reports of refused rows.
    pub rejections: &'a Path,
}

/// What changes together. While it lives, no other process can change the same home.
#[derive(Debug)]
pub struct Stores {
    pub(crate) dictionary: Dictionary,
    pub(crate) warehouse: Warehouse,
    pub(crate) register: Register,
    pub(crate) rejections: PathBuf,
    recovered: Recovered,
    _lock: WriterLock,
}

/// What an earlier process left half done and this one ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Loads that the warehouse holds and the register had yet to confirm.
    pub kept: u64,
    /// Loads that never reached the warehouse; their persons were taken out of the register.
    pub taken_back: u64,
}

impl Stores {
    /// Locks the home, opens warehouse and register, and settles what an interrupted load left behind. Refuses when
    /// either of the two is missing: an empty register beside a full warehouse would make everybody known anew.
    pub async fn open(places: &Places<'_>, dictionary: &Dictionary) -> Result<Stores, CustodyError> {
        let lock = lock(places.home)?;
        let warehouse = Warehouse::open(places.warehouse, dictionary).await?;
        let mut register = Register::open(places.register)?;
        let recovered = recover(&warehouse, &mut register, dictionary).await?;
        let rejections = places.rejections.to_owned();
        Ok(Stores { dictionary: dictionary.clone(), warehouse, register, rejections, recovered, _lock: lock })
    }

    /// The warehouse.
    pub fn warehouse(&self) -> &Warehouse {
        &self.warehouse
    }

    /// The identity register.
    pub fn register(&self) -> &Register {
        &self.register
    }

    /// What was settled on opening.
    pub fn recovered(&self) -> Recovered {
        self.recovered
    }
}

/// Settles every pending load as the warehouse says: its commit is there, or it never happened.
async fn recover(
    warehouse: &Warehouse,
    register: &mut Register,
    dictionary: &Dictionary,
) -> Result<Recovered, CustodyError> {
    let mut recovered = Recovered::default();
    for load_id in register.pending()? {
        let kept = is_committed(warehouse, dictionary, &load_id).await?;
        register.settle(&load_id, kept)?;
        let count = if kept { &mut recovered.kept } else { &mut recovered.taken_back };
        *count += 1;
        tracing::info!(kept, "an interrupted load was settled");
    }
    Ok(recovered)
}

/// The register does not know which table a load feeds, so all are asked.
async fn is_committed(warehouse: &Warehouse, dictionary: &Dictionary, load_id: &str) -> Result<bool, CustodyError> {
    for table in dictionary.tables() {
        if warehouse.loaded(&table.name, load_id).await? {
            return Ok(true);
        }
    }
    Ok(false)
}
