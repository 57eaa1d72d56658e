//! The pseudonyms of persons by number: the first half million in memory, all others in a file without a name.
//!
//! Of a person whom a row links to, a load needs the pseudonym only when the row was linked. So of a large register the 16
//! bytes of each wait on disk: the file lies beside the register, is its owner's alone and in no folder, and whatever ends
//! the process, it goes with it. It holds pseudonyms and nothing else. Only a load makes one: an erasure, which must leave
//! no byte behind, looks into the register itself.
//!
//! Reading one back takes a microsecond or more, half of what a row takes without it. An export whose rows come in the
//! order of an earlier one asks for neighbours, and those are read together.

use std::fs::{File, Permissions};
use std::io;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::error::IdentityError;
use crate::pseudonym::Pseudonym;

/// Bytes of a pseudonym.
const WIDTH: usize = 16;

/// Numbers below this have their pseudonyms in memory: 8 MB.
const NEAR: usize = 1 << 19;

/// Pseudonyms of neighbouring numbers that are written and read together.
const WINDOW: usize = 4_096;

/// The pseudonyms of the persons of a load.
pub(crate) struct Pseudonyms {
    folder: PathBuf,
    /// By number.
    near: Vec<Pseudonym>,
    file: File,
    /// Windows that were written. Where none was written between others, the file holds zeros.
    written: usize,
    adding: Window,
    is_changed: bool,
    reading: Window,
    /// Where the last pseudonym lay that was read alone.
    alone: Option<usize>,
}

/// A part of the file in memory, or none.
struct Window {
    at: Option<usize>,
    bytes: Vec<u8>,
}

impl Pseudonyms {
    /// None yet, for a register in this folder.
    pub(crate) fn none(folder: &Path) -> Result<Pseudonyms, IdentityError> {
        let file = unnamed(folder).map_err(failed(folder))?;
        let window = || Window { at: None, bytes: vec![0; WINDOW * WIDTH] };
        let (folder, near, adding, reading) = (folder.into(), Vec::new(), window(), window());
        Ok(Pseudonyms { folder, near, file, written: 0, adding, is_changed: false, reading, alone: None })
    }

    /// Notes the pseudonym of a number.
    pub(crate) fn put(&mut self, number: u32, pseudonym: Pseudonym) -> Result<(), IdentityError> {
        let number = number as usize;
        if number < NEAR {
            if self.near.len() <= number {
                self.near.resize(number + 1, Pseudonym([0; WIDTH]));
            }
            self.near[number] = pseudonym;
            return Ok(());
        }
        let (at, place) = place(number);
        self.turn(at).map_err(failed(&self.folder))?;
        self.adding.bytes[place..place + WIDTH].copy_from_slice(&pseudonym.0);
        self.is_changed = true;
        Ok(())
    }

    /// The pseudonym that was noted for a number, any one.
    pub(crate) fn get(&self, number: u32) -> Result<Pseudonym, IdentityError> {
        self.in_memory(number as usize).map_or_else(|| self.read(number as usize), Ok)
    }

    /// As [`Pseudonyms::get`], for one of many: where two after another are neighbours, others may follow.
    pub(crate) fn get_next(&mut self, number: u32) -> Result<Pseudonym, IdentityError> {
        if let Some(pseudonym) = self.in_memory(number as usize) {
            return Ok(pseudonym);
        }
        let (at, place) = place(number as usize);
        if self.alone.replace(at) != Some(at) {
            return self.read(number as usize);
        }
        self.reading.read(&self.file, at).map_err(failed(&self.folder))?;
        Ok(self.reading.pseudonym(place))
    }

    fn in_memory(&self, number: usize) -> Option<Pseudonym> {
        if number < NEAR {
            return self.near.get(number).copied();
        }
        let (at, place) = place(number);
        let window = [&self.adding, &self.reading].into_iter().find(|window| window.at == Some(at))?;
        Some(window.pseudonym(place))
    }

    fn read(&self, number: usize) -> Result<Pseudonym, IdentityError> {
        let mut bytes = [0; WIDTH];
        self.file.read_exact_at(&mut bytes, (number * WIDTH) as u64).map_err(failed(&self.folder))?;
        Ok(Pseudonym(bytes))
    }

    /// Brings a window into memory to add to it, and what is there to the disk when it changed.
    fn turn(&mut self, at: usize) -> io::Result<()> {
        if self.adding.at == Some(at) {
            return Ok(());
        }
        if let (Some(before), true) = (self.adding.at, self.is_changed) {
            self.file.write_all_at(&self.adding.bytes, offset(before))?;
            self.is_changed = false;
            self.written = self.written.max(before + 1);
        }
        if at < self.written {
            self.adding.read(&self.file, at)?;
        } else {
            self.adding.at = Some(at);
            self.adding.bytes.fill(0);
        }
        if self.reading.at == Some(at) {
            self.reading.at = None;
        }
        Ok(())
    }
}

impl Window {
    fn pseudonym(&self, place: usize) -> Pseudonym {
        Pseudonym(std::array::from_fn(|at| self.bytes[place + at]))
    }

    fn read(&mut self, file: &File, at: usize) -> io::Result<()> {
        // What could not be read is in memory in part.
        self.at = None;
        file.read_exact_at(&mut self.bytes, offset(at))?;
        self.at = Some(at);
        Ok(())
    }
}

/// Where a window begins in the file.
fn offset(at: usize) -> u64 {
    (at * WINDOW * WIDTH) as u64
}

/// A file that no folder names and only its owner may read.
fn unnamed(folder: &Path) -> io::Result<File> {
    let file = tempfile::tempfile_in(folder)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    Ok(file)
}

/// The window of a number, and where in it the pseudonym begins.
fn place(number: usize) -> (usize, usize) {
    (number / WINDOW, number % WINDOW * WIDTH)
}

fn failed(folder: &Path) -> impl FnOnce(io::Error) -> IdentityError {
    move |source| IdentityError::RegisterAside { folder: folder.into(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first number that is not in memory.
    const FAR: u32 = NEAR as u32;
    const MANY: u32 = 5 * WINDOW as u32;

    fn pseudonym(number: u32) -> Pseudonym {
        Pseudonym((u128::from(number) * 0x9e37_79b9_7f4a_7c15 + 1).to_be_bytes())
    }

    fn none() -> (tempfile::TempDir, Pseudonyms) {
        let folder = tempfile::tempdir().expect("a folder");
        let pseudonyms = Pseudonyms::none(folder.path()).expect("a file");
        (folder, pseudonyms)
    }

    /// Puts pseudonyms in an order and reads them in two, one after another and each alone.
    fn check(order: impl Iterator<Item = u32> + Clone) {
        let (_folder, mut pseudonyms) = none();
        for number in order.clone() {
            pseudonyms.put(number, pseudonym(number)).expect("written");
            assert_eq!(pseudonyms.get_next(number).expect("read"), pseudonym(number), "{number}");
        }
        let order: Vec<u32> = order.collect();
        for number in order.iter().chain(order.iter().rev()) {
            assert_eq!(pseudonyms.get(*number).expect("read"), pseudonym(*number), "{number}");
            assert_eq!(pseudonyms.get_next(*number).expect("read"), pseudonym(*number), "{number}");
        }
    }

    #[test]
    fn what_was_put_comes_back_in_any_order() {
        check([].into_iter());
        check([1].into_iter());
        check(FAR - MANY..FAR + MANY);
        check((FAR - MANY..FAR + MANY).rev());
        // As after a change of keys, when the persons of one load stand between those of another, and with holes.
        check((FAR..FAR + MANY).step_by(3).chain((FAR + 1..FAR + MANY).step_by(3)));
        check([7, 3, 2, 1, 9].into_iter().map(|windows| FAR + windows * WINDOW as u32 - 1));
    }

    #[test]
    fn neighbours_are_read_together() {
        let (_folder, mut pseudonyms) = none();
        for number in FAR..FAR + MANY {
            pseudonyms.put(number, pseudonym(number)).expect("written");
        }
        let window = Some(NEAR / WINDOW);
        for (number, reading) in [(FAR + 9, None), (FAR + 7, window), (FAR + 8, window), (FAR + MANY / 2, window)] {
            assert_eq!(pseudonyms.get_next(number).expect("read"), pseudonym(number));
            assert_eq!(pseudonyms.reading.at, reading);
        }
        // What is put where others were read counts.
        pseudonyms.put(FAR + 7, pseudonym(8)).expect("written");
        pseudonyms.put(FAR + MANY, pseudonym(9)).expect("written");
        assert_eq!(pseudonyms.get(FAR + 7).expect("read"), pseudonym(8));
        assert_eq!(pseudonyms.get_next(FAR + 8).expect("read"), pseudonym(FAR + 8));
    }

    #[test]
    fn the_file_is_its_owners_and_in_no_folder() {
        let (folder, mut pseudonyms) = none();
        for number in FAR..FAR + MANY {
            pseudonyms.put(number, pseudonym(number)).expect("written");
        }
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
        let metadata = pseudonyms.file.metadata().expect("there");
        assert!(metadata.len() > 0);
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_disk_that_takes_nothing_is_an_error_and_no_panic() {
        let missing = Path::new("/there/is/no/such/folder");
        let refused = Pseudonyms::none(missing).map(drop).expect_err("refused");
        assert!(matches!(&refused, IdentityError::RegisterAside { folder, .. } if folder == missing), "{refused}");
        let (_folder, mut full) = none();
        full.file = File::options().read(true).write(true).open("/dev/full").expect("a device that is always full");
        full.put(FAR, pseudonym(1)).expect("in memory");
        for _ in 0..2 {
            let refused = full.put(FAR + MANY, pseudonym(2)).expect_err("refused");
            assert!(matches!(refused, IdentityError::RegisterAside { .. }), "{refused}");
            assert_eq!(full.get(FAR).expect("still in memory"), pseudonym(1));
        }
        // A file that was cut off.
        let (_folder, mut cut) = none();
        assert!(matches!(cut.get(FAR), Err(IdentityError::RegisterAside { .. })));
        for _ in 0..2 {
            assert!(matches!(cut.get_next(FAR), Err(IdentityError::RegisterAside { .. })));
        }
    }
}
