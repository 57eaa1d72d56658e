//! Where a key may lie: never beside the data, because whoever copies the data must not get the key with it.

use std::ffi::OsString;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::error::IdentityError;

/// Refuses a place for a key file inside the home folder, wherever links lead: neither the file itself nor a link to it
/// may lie there. Neither needs to exist yet.
pub fn refuse_key_inside(path: &Path, home: &Path) -> Result<(), IdentityError> {
    let follow =
        |place: &Path| canonical(place).map_err(|source| IdentityError::KeyRead { path: place.into(), source });
    let home = follow(home)?;
    let named = path.file_name().map(|name| Ok(follow(folder_of(path))?.join(name))).transpose()?;
    for place in [Some(follow(path)?), named].into_iter().flatten() {
        if place.starts_with(&home) {
            return Err(IdentityError::KeyInsideHome { path: place, home });
        }
    }
    Ok(())
}

/// The path with all links followed. What does not exist yet keeps its name below the deepest folder that does.
fn canonical(path: &Path) -> io::Result<PathBuf> {
    let mut existing = path;
    let mut missing: Vec<OsString> = Vec::new();
    loop {
        match existing.canonicalize() {
            Ok(found) => return Ok(missing.iter().rev().fold(found, |place, name| place.join(name))),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            // `a/..` where `a` does not exist has no name to keep: there is nothing to follow.
            Err(error) => match existing.components().next_back() {
                Some(Component::Normal(name)) => missing.push(name.to_owned()),
                _ => return Err(error),
            },
        }
        existing = folder_of(existing);
    }
}

/// The folder that holds `path`; the working folder for a bare name.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_place_is_judged_before_anything_exists() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path().join("home/later");
        refuse_key_inside(&home.join("key"), &home).expect_err("inside");
        refuse_key_inside(&home.with_extension("key"), &home).expect("a sibling");
        refuse_key_inside(Path::new("some.key"), &home).expect("elsewhere");
    }

    #[test]
    fn links_do_not_hide_where_a_key_lies() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("home/warehouse")).expect("folders");
        fs::create_dir(at("safe")).expect("a folder");
        for file in ["home/warehouse/key", "safe/key", "home.key"] {
            fs::write(at(file), "").expect("written");
        }
        symlink(at("home/warehouse/key"), at("link-to-inside")).expect("a link");
        symlink(at("safe/key"), at("home/link-to-outside")).expect("a link");
        symlink(at("home"), at("other-name")).expect("a link");
        let cases = [
            ("home/warehouse/key", "home"),
            ("home/../home/warehouse/../warehouse/key", "home"),
            ("link-to-inside", "home"),
            // A copy that follows links would carry the key along.
            ("home/link-to-outside", "home"),
            ("other-name/warehouse/key", "home"),
            ("home/warehouse/key", "other-name"),
            ("home/not-there-yet", "home"),
        ];
        for (key, home) in cases {
            let refused = refuse_key_inside(&at(key), &at(home)).expect_err(key);
            assert!(matches!(refused, IdentityError::KeyInsideHome { .. }), "{refused}");
        }
        // A sibling whose name begins like the home folder is not inside it.
        for key in ["home.key", "safe/key"] {
            refuse_key_inside(&at(key), &at("home")).expect(key);
        }
    }
}
