//! Unpacks gzip and zip while it is read, within limits.
//!
//! An archive of a few kilobytes can unpack to more than any disk holds. What an archive says about its own size is not
//! believed: bytes are counted as they come out.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::Crc;
use flate2::bufread::{DeflateDecoder, MultiGzDecoder};
use zip::{CompressionMethod, ZipArchive};

/// A file or what comes out of an archive.
pub(crate) type Input = Box<dyn Read + Send>;

/// The most bytes that text may unpack to: sixty times a file of two million rows and 69 columns.
const TEXT_LIMIT: u64 = 1 << 35;

/// The most bytes of a Parquet file or workbook in an archive. It is held in memory while it is read, and a laptop has
/// to keep the rest.
pub(crate) const WHOLE_LIMIT: u64 = 1 << 28;

/// Exports with many empty columns shrink to a hundredth; archives that are made to harm, to a thousandth.
const RATIO_LIMIT: u64 = 400;

/// Bytes after which the ratio is looked at; a small file may well be one word many times over.
const RATIO_FREE: u64 = 1 << 26;

/// Why an archive is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveProblem {
    /// It cannot be unpacked to its end, or what comes out is not what went in.
    #[error("the archive is damaged or cut off; pack or send it again")]
    Damaged,
    /// Too much comes out.
    #[error("the archive unpacks to more than is read from one; unpack it and give the file itself")]
    TooLarge,
    /// What comes out is out of all proportion to what went in.
    #[error("the archive unpacks to more than {RATIO_LIMIT} times its size; unpack it and give the file itself")]
    Ratio,
    /// There is more than one file in it, or none.
    #[error("the archive holds {files} files; pack each export alone")]
    Files {
        /// Number of files, without those that systems add. Names that are there more than once count as one more.
        files: usize,
    },
    /// An archive in an archive.
    #[error("the archive holds another archive; unpack it once")]
    Nested,
    /// It is encrypted.
    #[error("the archive is protected by a password; unpack it and give the file itself")]
    Password,
    /// It is packed in a way other than deflate.
    #[error("the archive is packed in a way that is not read; pack it as an ordinary zip")]
    Method,
}

/// Reads a file and counts its bytes.
pub(crate) struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

/// What a zip file holds.
pub(crate) enum Zip {
    /// The parts of a workbook.
    Workbook,
    /// One file.
    Entry(Input),
}

impl Counted {
    /// A file, and where its bytes will be counted.
    pub(crate) fn new(file: File) -> (Self, Arc<AtomicU64>) {
        let read = Arc::default();
        (Self { file, read: Arc::clone(&read) }, read)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let bytes = self.file.read(into)?;
        self.read.fetch_add(bytes as u64, Ordering::Relaxed);
        Ok(bytes)
    }
}

/// What comes out of a gzip file of one or more members.
pub(crate) fn gunzip(input: impl Read + Send + 'static, packed: Arc<AtomicU64>) -> Input {
    guarded(Box::new(MultiGzDecoder::new(BufReader::new(input))), packed)
}

/// What a zip file holds. Folders and the files that systems put beside a user's own are not counted.
pub(crate) fn unzip(file: File) -> io::Result<(Zip, Arc<AtomicU64>)> {
    let (mut counted, packed) = Counted::new(file.try_clone()?);
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(damaged)?;
    let names: Vec<String> =
        archive.file_names().map(|name| name.map_or_else(|_| "?".to_owned(), Cow::into_owned)).collect();
    let is = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    if is("[Content_Types].xml") || is("mimetype") && is("content.xml") {
        return Ok((Zip::Workbook, packed));
    }
    let own = |name: &String| {
        let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
        !(last.is_empty() || name.starts_with("__MACOSX/") || [".DS_Store", "Thumbs.db", "desktop.ini"].contains(&last))
    };
    let files: Vec<usize> = (0..names.len()).filter(|&at| own(&names[at])).collect();
    // Of two files with one name each program may unpack another one.
    let count = files.len() + usize::from(archive.has_duplicate_names());
    let (&[at], 1) = (&files[..], count) else {
        return Err(io::Error::other(ArchiveProblem::Files { files: count }));
    };
    let entry = archive.by_index_raw(at).map_err(damaged)?;
    if entry.encrypted() {
        return Err(io::Error::other(ArchiveProblem::Password));
    }
    let (start, packed_bytes) = (entry.data_start(), entry.compressed_size());
    let (method, crc, bytes) = (entry.compression(), entry.crc32(), entry.size());
    counted.seek(SeekFrom::Start(start.ok_or_else(|| io::Error::other(ArchiveProblem::Damaged))?))?;
    let counted = BufReader::new(counted.take(packed_bytes));
    let unpacked: Input = match method {
        CompressionMethod::Stored => Box::new(counted),
        CompressionMethod::Deflated => Box::new(DeflateDecoder::new(counted)),
        _ => return Err(io::Error::other(ArchiveProblem::Method)),
    };
    let checked = Checked { input: unpacked, crc: Crc::new(), bytes: 0, expected: (crc, bytes) };
    Ok((Zip::Entry(guarded(Box::new(checked), Arc::clone(&packed))), packed))
}

/// All that comes out of an archive, up to [`WHOLE_LIMIT`].
pub(crate) fn whole(input: Input) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(WHOLE_LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > WHOLE_LIMIT {
        return Err(io::Error::other(ArchiveProblem::TooLarge));
    }
    Ok(bytes)
}

fn guarded(input: Input, packed: Arc<AtomicU64>) -> Input {
    Box::new(Guarded { input, packed, unpacked: 0, ratio_free: RATIO_FREE })
}

// The words of the zip reader may hold names of files.
fn damaged(error: zip::result::ZipError) -> io::Error {
    match error {
        zip::result::ZipError::Io(error) if error.raw_os_error().is_some() => error,
        _ => io::Error::other(ArchiveProblem::Damaged),
    }
}

/// Stops when too much comes out.
struct Guarded {
    input: Input,
    packed: Arc<AtomicU64>,
    unpacked: u64,
    ratio_free: u64,
}

impl Read for Guarded {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let bytes = self.input.read(into).map_err(|error| {
            let own = error.raw_os_error().is_some() || error.kind() == io::ErrorKind::Interrupted;
            if own { error } else { io::Error::other(ArchiveProblem::Damaged) }
        })?;
        self.unpacked += bytes as u64;
        if self.unpacked > TEXT_LIMIT {
            return Err(io::Error::other(ArchiveProblem::TooLarge));
        }
        let packed = self.packed.load(Ordering::Relaxed);
        if self.unpacked > self.ratio_free && self.unpacked / RATIO_LIMIT > packed {
            return Err(io::Error::other(ArchiveProblem::Ratio));
        }
        Ok(bytes)
    }
}

/// Compares what comes out of a zip entry with its checksum and size.
struct Checked {
    input: Input,
    crc: Crc,
    bytes: u64,
    expected: (u32, u64),
}

impl Read for Checked {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let bytes = self.input.read(into)?;
        self.crc.update(&into[..bytes]);
        self.bytes += bytes as u64;
        if bytes == 0 && !into.is_empty() && (self.crc.sum(), self.bytes) != self.expected {
            return Err(io::Error::other(ArchiveProblem::Damaged));
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    const TEXT: &[u8] = b"name;year\nx;2020\n";

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        packed(bytes, Compression::fast())
    }

    fn packed(bytes: &[u8], level: Compression) -> Vec<u8> {
        let mut writer = GzEncoder::new(Vec::new(), level);
        writer.write_all(bytes).expect("memory takes everything");
        writer.finish().expect("memory takes everything")
    }

    fn zipped(files: &[(&str, &[u8])], method: CompressionMethod) -> File {
        let mut writer = ZipWriter::new(tempfile::tempfile().expect("a temporary file"));
        for (name, bytes) in files {
            writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).expect("a new name");
            writer.write_all(bytes).expect("the disk has room");
        }
        let mut file = writer.finish().expect("the disk has room");
        file.rewind().expect("a file");
        file
    }

    /// Two files with one name, as some programs add a file again.
    fn twins() -> File {
        let mut file = zipped(&[("a.csv", TEXT), ("b.csv", b"name;year\nx;2021\n")], CompressionMethod::Stored);
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("a file");
        for at in 0..bytes.len() {
            if bytes[at..].starts_with(b"b.csv") {
                bytes[at] = b'a';
            }
        }
        let mut changed = tempfile::tempfile().expect("a temporary file");
        changed.write_all(&bytes).expect("the disk has room");
        changed
    }

    fn all(mut input: Input) -> Result<Vec<u8>, ArchiveProblem> {
        let mut bytes = Vec::new();
        match input.read_to_end(&mut bytes) {
            Ok(_) => Ok(bytes),
            Err(error) => Err(error.downcast().expect("a problem of the archive")),
        }
    }

    fn entry(file: File) -> Result<Vec<u8>, ArchiveProblem> {
        match unzip(file) {
            Ok((Zip::Entry(input), _)) => all(input),
            Ok((Zip::Workbook, _)) => panic!("no workbook was made"),
            Err(error) => Err(error.downcast().expect("a problem of the archive")),
        }
    }

    fn counted(bytes: u64) -> Arc<AtomicU64> {
        Arc::new(AtomicU64::new(bytes))
    }

    #[test]
    fn gzip_gives_back_what_was_packed() {
        let packed = gzipped(TEXT);
        let two = [packed.clone(), packed.clone()].concat();
        assert_eq!(all(gunzip(io::Cursor::new(packed.clone()), counted(1))), Ok(TEXT.to_vec()));
        assert_eq!(all(gunzip(io::Cursor::new(two), counted(1))), Ok(TEXT.repeat(2)));
        for cut in 1..packed.len() {
            let read = all(gunzip(io::Cursor::new(packed[..cut].to_vec()), counted(1)));
            assert_eq!(read, Err(ArchiveProblem::Damaged), "cut after {cut} bytes");
        }
    }

    #[test]
    fn a_zip_file_holds_one_export() {
        for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
            let alone = zipped(&[("folder/", b""), ("folder/a.csv", TEXT), ("__MACOSX/folder/._a.csv", b"x")], method);
            assert_eq!(entry(alone), Ok(TEXT.to_vec()));
        }
        let two = zipped(&[("a.csv", TEXT), ("b.csv", TEXT)], CompressionMethod::Stored);
        assert_eq!(entry(two), Err(ArchiveProblem::Files { files: 2 }));
        assert_eq!(entry(twins()), Err(ArchiveProblem::Files { files: 2 }));
        let none = zipped(&[("folder/", b"")], CompressionMethod::Stored);
        assert_eq!(entry(none), Err(ArchiveProblem::Files { files: 0 }));
        let parts = zipped(&[("[Content_Types].xml", b""), ("xl/workbook.xml", b"")], CompressionMethod::Stored);
        assert!(matches!(unzip(parts), Ok((Zip::Workbook, _))));
    }

    #[test]
    fn a_changed_byte_in_a_zip_file_is_noticed() {
        let mut file = zipped(&[("a.csv", TEXT)], CompressionMethod::Stored);
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("a file");
        let at = bytes.windows(4).position(|four| four == b"2020").expect("the text is stored as it is");
        bytes[at] = b'3';
        let mut changed = tempfile::tempfile().expect("a temporary file");
        changed.write_all(&bytes).expect("the disk has room");
        assert_eq!(entry(changed), Err(ArchiveProblem::Damaged));
    }

    #[test]
    fn a_bomb_is_stopped_where_the_ratio_tells() {
        let bomb = packed(&vec![b'x'; 80 << 20], Compression::best());
        let size = counted(bomb.len() as u64);
        let mut read = 0;
        let mut piece = vec![0; 1 << 16];
        let mut input = gunzip(io::Cursor::new(bomb), size);
        let stopped = loop {
            match input.read(&mut piece) {
                Ok(0) => panic!("it was unpacked wholly"),
                Ok(bytes) => read += bytes as u64,
                Err(error) => break error.downcast::<ArchiveProblem>().expect("a problem of the archive"),
            }
        };
        assert_eq!(stopped, ArchiveProblem::Ratio);
        assert!(read <= RATIO_FREE + (1 << 16));
    }

    #[test]
    fn what_must_be_held_in_memory_has_a_smaller_limit() {
        let endless: Input = Box::new(io::repeat(b'x'));
        let error = whole(endless).expect_err("it has no end");
        assert_eq!(error.downcast::<ArchiveProblem>().expect("a problem"), ArchiveProblem::TooLarge);
    }
}
