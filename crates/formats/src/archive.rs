//! The files of a release as one ZIP archive, in their order and dated by the release.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::FormatError;

/// Puts files into a folder of an archive. `day` is the date inside, as in 2026-11-22.
pub fn archive(folder: &str, day: &str, files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, FormatError> {
    let mut parts = day.splitn(3, '-').map(|part| part.parse::<u16>().unwrap_or_default());
    let [year, month, day] = std::array::from_fn(|_| parts.next().unwrap_or_default());
    let date = DateTime::from_date_and_time(year, month as u8, day as u8, 0, 0, 0).unwrap_or_default();
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).last_modified_time(date);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        writer.start_file(format!("{folder}/{path}"), options)?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn equal_files_make_equal_archives() {
        let files = [("README.md".to_owned(), b"# x".to_vec()), ("tables/a.csv".to_owned(), b"a\n1\n".to_vec())];
        let one = archive("trends-1", "2026-11-22", &files).unwrap();
        assert_eq!(one, archive("trends-1", "2026-11-22", &files).unwrap());
        let mut read = zip::ZipArchive::new(Cursor::new(one)).unwrap();
        let mut text = String::new();
        let mut file = read.by_name("trends-1/tables/a.csv").unwrap();
        assert_eq!(file.last_modified().map(|date| (date.year(), date.month(), date.day())), Some((2026, 11, 22)));
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "a\n1\n");
    }
}
