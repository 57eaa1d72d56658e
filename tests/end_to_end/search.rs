//! Looking into every byte of a home: files as they lie, and tables behind their compression.

use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;

/// Every file below a folder.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder exists").flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files_below(&path)) } else { found.push(path) }
    }
    found
}

/// Every value of a Parquet file as text.
pub(crate) fn parquet_text(path: &Path) -> String {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    let file = std::fs::File::open(path).expect("a Parquet file");
    let reader = SerializedFileReader::new(file).expect("a Parquet file");
    let rows = reader.get_row_iter(None).expect("rows");
    rows.map(|row| row.expect("a row").to_string()).collect::<Vec<_>>().join("\n")
}

/// The files below the folder that hold one of the texts or, for hexadecimal digits, the bytes that they stand for: in
/// their names, in their bytes, or in a Parquet file's values.
pub(crate) fn holding(folder: &Path, wanted: &[String]) -> Vec<PathBuf> {
    let spellings: Vec<Vec<u8>> =
        wanted.iter().flat_map(|text| [Some(text.clone().into_bytes()), bytes_of(text)]).flatten().collect();
    let search = AhoCorasick::new(&spellings).expect("a few spellings");
    let holds = |path: &PathBuf| {
        let bytes = std::fs::read(path).expect("the file can be read");
        let is_table = bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1");
        search.is_match(path.as_os_str().as_encoded_bytes())
            || search.is_match(&bytes)
            || (is_table && search.is_match(&parquet_text(path)))
    };
    files_below(folder).into_iter().filter(holds).collect()
}

/// The bytes of a text of hexadecimal digits.
fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let byte = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    (0..text.len()).step_by(2).map(byte).collect()
}
