//! Warehouse and register of one home, opened for writing together, with what an interrupted change left between them
//! settled first.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use panoh_dictionary::Dictionary;
use panoh_identity::Register;
use panoh_warehouse::{Place, Warehouse};

use crate::erase::remains;
use crate::error::CustodyError;
use crate::journal::{self, Change};
use crate::keys::refuse_other;
use crate::lock::{WriterLock, lock};
use crate::{aliases, erase};

/// Where the parts of a home lie.
#[derive(Debug, Clone, Copy)]
pub struct Places<'a> {
    /// The home folder.
    pub home: &'a Path,
    /// Where the tables of the warehouse lie.
    pub warehouse: &'a Place,
    /// The file of the identity register.
    pub register: &'a Path,
    /// The folder for reports of refused rows.
    pub rejections: &'a Path,
    /// The folder in which queries put what does not fit in memory, and loads what waits for the end of the file.
    pub spill: &'a Path,
}

/// What changes together. While it lives, no other process can change the same home.
#[derive(Debug)]
pub struct Stores {
    pub(crate) dictionary: Dictionary,
    pub(crate) warehouse: Warehouse,
    pub(crate) register: Register,
    pub(crate) home: PathBuf,
    pub(crate) rejections: PathBuf,
    pub(crate) key_id: String,
    pub(crate) spill: PathBuf,
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
    /// Whether an erasure was finished.
    pub erased: bool,
}

impl Stores {
    /// Locks the home, opens warehouse and register, and settles what an interrupted change left behind. `key_id` is the
    /// id of the key in force. Refuses when warehouse or register is missing (an empty register beside a full warehouse
    /// would make everybody known anew), when one of them is on another key, and when a rotation was cut off.
    pub async fn open(places: &Places<'_>, dictionary: &Dictionary, key_id: &str) -> Result<Stores, CustodyError> {
        let lock = lock(places.home)?;
        Stores::open_locked(lock, places, dictionary, key_id).await
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

    /// As [`Stores::open`], under a lock that is held already.
    pub(crate) async fn open_locked(
        lock: WriterLock,
        places: &Places<'_>,
        dictionary: &Dictionary,
        key_id: &str,
    ) -> Result<Stores, CustodyError> {
        let change = journal::begun(places.home)?;
        if matches!(change, Some(Change::Rotate(_))) {
            return Err(CustodyError::RotationPending { home: places.home.to_owned() });
        }
        let mut stores = Stores::open_unchecked(lock, places, dictionary, key_id).await?;
        refuse_other(&stores.warehouse, &stores.register, dictionary, key_id).await?;
        stores.warehouse.clear_rebuilds().await?;
        stores.recovered = recover(&stores.warehouse, &mut stores.register, dictionary).await?;
        if let Some(Change::Erase(erasure)) = change {
            stores.recovered.erased = erase::resume(&mut stores, &erasure).await?;
        }
        aliases::project(&stores).await?;
        Ok(stores)
    }

    /// Opens the parts and looks at nothing: for a rotation that goes on.
    pub(crate) async fn open_unchecked(
        lock: WriterLock,
        places: &Places<'_>,
        dictionary: &Dictionary,
        key_id: &str,
    ) -> Result<Stores, CustodyError> {
        Ok(Stores {
            dictionary: dictionary.clone(),
            warehouse: Warehouse::open(places.warehouse, dictionary).await?,
            register: Register::open(places.register)?,
            home: places.home.to_owned(),
            rejections: places.rejections.to_owned(),
            key_id: key_id.to_owned(),
            spill: places.spill.to_owned(),
            recovered: Recovered::default(),
            _lock: lock,
        })
    }

    /// Removes what queries put on disk. The folder stays.
    pub(crate) fn clear_spill(&self) -> Result<(), CustodyError> {
        clear(&self.spill).map_err(remains(&self.spill))
    }
}

/// The short id of a load: enough to name it in a report or a file name.
pub(crate) fn load_name(load_id: &str) -> &str {
    const DIGITS: usize = 16;
    let digits = load_id.strip_prefix("load:").unwrap_or(load_id);
    digits.get(..DIGITS).unwrap_or(digits)
}

fn clear(folder: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let is_folder = entry.file_type()?.is_dir();
        if is_folder { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
    }
    File::open(folder)?.sync_all()
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
