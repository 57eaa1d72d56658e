//! The definitions that come with Panoh, so that a binary alone can plan and run them.

use include_dir::{Dir, File, include_dir};

static RELEASES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../queries/releases");

/// The definition files of `queries/releases`: file name without ending, and text. In order of their names.
pub fn shipped() -> Vec<(&'static str, &'static str)> {
    let definition = |file: &'static File<'static>| {
        let name = file.path().file_name()?.to_str()?.strip_suffix(".toml")?;
        Some((name, file.contents_utf8()?))
    };
    let mut all: Vec<_> = RELEASES.files().filter_map(definition).collect();
    all.sort_unstable();
    all
}
