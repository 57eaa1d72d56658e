//! The files of a dictionary: embedded or from a folder, with their digest and with places for errors.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::error::{DictionaryError, Place, Problem};

/// The dictionary of this build.
static BUILTIN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../data-dictionary");

const FOLDERS: [&str; 3] = ["codes", "sources", "tables"];

/// The file of words of header rows, which a dictionary may lack.
pub(crate) const HEADERS: &str = "headers.toml";

/// Path inside the dictionary → bytes, in the order of the paths.
pub(crate) type Files = BTreeMap<String, Cow<'static, [u8]>>;

/// A text file that knows where its bytes are.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a> {
    pub(crate) file: &'a str,
    pub(crate) text: &'a str,
}

/// The files that are embedded in the binary.
pub(crate) fn embedded() -> Files {
    let folders = BUILTIN.dirs().filter(|dir| FOLDERS.iter().any(|folder| dir.path() == Path::new(folder)));
    let files = folders.flat_map(Dir::files).chain(BUILTIN.get_file(HEADERS));
    files.map(|file| (inside(file.path()), Cow::Borrowed(file.contents()))).collect()
}

/// The files of a folder. Hidden files are passed over, because editors and file managers leave them behind.
pub(crate) fn of_folder(dir: &Path) -> Result<Files, DictionaryError> {
    let failed = |path: &Path| {
        let path: PathBuf = path.to_owned();
        move |source| DictionaryError::Read { path, source }
    };
    let mut files = Files::new();
    for folder in FOLDERS {
        let path = dir.join(folder);
        for entry in fs::read_dir(&path).map_err(failed(&path))? {
            let name = entry.map_err(failed(&path))?.file_name();
            if name.as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let file = path.join(&name);
            let bytes = fs::read(&file).map_err(failed(&file))?;
            files.insert(inside(&Path::new(folder).join(&name)), Cow::Owned(bytes));
        }
    }
    let headers = dir.join(HEADERS);
    match fs::read(&headers) {
        Ok(bytes) => files.insert(HEADERS.to_owned(), Cow::Owned(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed(&headers)(error)),
    };
    Ok(files)
}

/// SHA-256 over the sorted paths and bytes, each with its length before it, as lower-case hexadecimal digits.
pub(crate) fn digest(files: &Files) -> String {
    let mut hash = Sha256::new();
    for (path, bytes) in files {
        for part in [path.as_bytes(), bytes] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    hash.finalize().iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writing to a string cannot fail");
        hex
    })
}

impl<'a> Text<'a> {
    pub(crate) fn new(file: &'a str, bytes: &'a [u8]) -> Result<Self, DictionaryError> {
        let text = std::str::from_utf8(bytes)
            .map_err(|error| at_line(file, line_at(bytes, error.valid_up_to()), Problem::NotUtf8))?;
        Ok(Self { file, text: text.trim_start_matches('\u{feff}') })
    }

    /// The name of the file without folder and extension.
    pub(crate) fn stem(self) -> &'a str {
        let name = self.file.rsplit('/').next().unwrap_or(self.file);
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }

    /// Reads the file as TOML.
    pub(crate) fn toml<T: DeserializeOwned>(self) -> Result<T, DictionaryError> {
        toml::from_str(self.text).map_err(|error| {
            let problem = Problem::Syntax(error.message().replace('\n', ", "));
            self.error(&error.span().unwrap_or(0..0), problem)
        })
    }

    /// A problem at a stretch of the text.
    pub(crate) fn error(self, span: &Range<usize>, problem: Problem) -> DictionaryError {
        at_line(self.file, line_at(self.text.as_bytes(), span.start), problem)
    }
}

/// A problem at a line of a file.
pub(crate) fn at_line(file: &str, line: usize, problem: Problem) -> DictionaryError {
    DictionaryError::Unsound { place: Place { file: file.to_owned(), line }, problem }
}

/// Whether a text is a name: a small letter, then small letters, digits and one more sign.
pub(crate) fn is_name(name: &str, sign: char) -> bool {
    name.starts_with(|letter: char| letter.is_ascii_lowercase())
        && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == sign)
}

// The line, counted from 1, on which a byte stands.
fn line_at(bytes: &[u8], at: usize) -> usize {
    bytes[..at.min(bytes.len())].split(|&byte| byte == b'\n').count()
}

// Paths inside the dictionary are written with slashes on every system.
fn inside(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}
