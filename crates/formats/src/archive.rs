//! The files of a release as one ZIP archive, in their order and dated by the release.

use std::io::Write;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::FormatError;

/// Puts files into a folder of an archive, each written before the next is asked for. `day` is the date inside, as in
/// 2026-11-22. `E` is what keeps a file from being read.
pub fn archive<E: From<FormatError>>(
    folder: &str,
    day: &str,
    files: impl Iterator<Item = Result<(String, Vec<u8>), E>>,
    out: &mut (dyn Write + Send),
) -> Result<(), E> {
    let mut parts = day.splitn(3, '-').map(|part| part.parse::<u16>().unwrap_or_default());
    let [year, month, day] = std::array::from_fn(|_| parts.next().unwrap_or_default());
    let date = DateTime::from_date_and_time(year, month as u8, day as u8, 0, 0, 0).unwrap_or_default();
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).last_modified_time(date);
    let mut writer = ZipWriter::new_stream(out);
    for file in files {
        let (path, bytes) = file?;
        let started = writer.start_file(format!("{folder}/{path}"), options).map_err(FormatError::from);
        started.and_then(|()| Ok(writer.write_all(&bytes)?))?;
    }
    writer.finish().map_err(FormatError::from)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use super::*;

    #[test]
    fn equal_files_make_equal_archives() {
        let files = [("README.md".to_owned(), b"# x".to_vec()), ("tables/a.csv".to_owned(), b"a\n1\n".to_vec())];
        let pack = || {
            let mut bytes = Vec::new();
            let files = files.iter().cloned().map(Ok::<_, FormatError>);
            archive("trends-1", "2026-11-22", files, &mut bytes).unwrap();
            bytes
        };
        let one = pack();
        assert_eq!(one, pack());
        let mut read = zip::ZipArchive::new(Cursor::new(one)).unwrap();
        let mut text = String::new();
        let mut file = read.by_name("trends-1/tables/a.csv").unwrap();
        assert_eq!(file.last_modified().map(|date| (date.year(), date.month(), date.day())), Some((2026, 11, 22)));
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "a\n1\n");
    }
}
