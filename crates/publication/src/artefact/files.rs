//! The files of a release as they lie, for whoever packs them: one is in memory at a time.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::folder::{SIGNATURE, SUMS, at, open};
use crate::ArtefactError;
use crate::definition::hex;

/// The files of a release folder that was found whole, to be read one after another.
#[derive(Debug)]
pub struct Files {
    dir: PathBuf,
    /// With the hash of each.
    left: std::vec::IntoIter<(String, String)>,
}

impl Files {
    /// Reads all of them once, so that what is found wrong is found before the first is handed out.
    pub(super) fn checked(dir: &Path, digest: &str) -> Result<Self, ArtefactError> {
        let folder = open(dir)?;
        if folder.digest != digest {
            return Err(folder.broken(SUMS, "it is not the one that was read before"));
        }
        folder.sums().keys().try_for_each(|path| folder.check(path))?;
        let seal = dir.join(SIGNATURE);
        let seal = hex(&Sha256::digest(fs::read(&seal).map_err(at(&seal))?));
        let mut left: Vec<_> = folder.sums().iter().map(|(path, sum)| (path.clone(), sum.clone())).collect();
        left.extend([(SUMS.to_owned(), folder.digest), (SIGNATURE.to_owned(), seal)]);
        Ok(Self { dir: dir.to_owned(), left: left.into_iter() })
    }
}

impl Iterator for Files {
    /// Path and bytes, or why the file is not what it was.
    type Item = Result<(String, Vec<u8>), ArtefactError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (path, sum) = self.left.next()?;
        let place = self.dir.join(&path);
        Some(fs::read(&place).map_err(at(&place)).and_then(|bytes| {
            if hex(&Sha256::digest(&bytes)) == sum {
                return Ok((path, bytes));
            }
            Err(ArtefactError::Broken { path: place.clone(), rule: "has changed while it was read".to_owned() })
        }))
    }
}
