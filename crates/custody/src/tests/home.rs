//! A home folder with a key beside it, made for one test and looked at byte by byte.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::DataType;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use panoh_dictionary::{Dictionary, Source};
use panoh_identity::{Identity, KeyFile, LinkKeys, Population, Register, Rotation, Sealer};
use panoh_intake::{Language, Options};
use panoh_warehouse::{AsOf, Limits, Place, Warehouse};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::{CustodyError, Keep, Load, LoadReport, Places, Progress, Stores, load};

/// The columns of the mapping `mission-en`.
pub(crate) const HEADER: &str = "case_no,first_name,last_name,date_of_birth,passport_no,sex,citizenship,date_of_registration,\
                      recruitment_country,recruitment_region,exploitation_country,exploitation_type,services,status";

pub(crate) struct Home {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) dictionary: Dictionary,
    pub(crate) key: KeyFile,
    pub(crate) sealer: Sealer,
    pub(crate) language: Language,
}

/// The paths of a home's parts.
pub(crate) struct Paths([PathBuf; 4], Place);

impl Paths {
    pub(crate) fn places(&self) -> Places<'_> {
        let ([home, register, rejections, spill], warehouse) = (&self.0, &self.1);
        Places { home, warehouse, register, rejections, spill }
    }
}

/// A case list of passport number and date of registration.
pub(crate) fn case_list(rows: &[(&str, &str)]) -> String {
    let line = |(number, (passport, date)): (usize, &(&str, &str))| format!("SYN-{number},,,,{passport},F,{date}");
    let lines: Vec<_> = rows.iter().enumerate().map(line).collect();
    Home::cases(&lines.iter().map(String::as_str).collect::<Vec<_>>())
}

impl Home {
    pub(crate) async fn new() -> Home {
        let folder = tempfile::tempdir().expect("a folder");
        let dictionary = Dictionary::builtin().expect("sound");
        let key = KeyFile::create(&folder.path().join("home.key"), None).expect("a key");
        let sealer = key.key().sealer();
        let home = Home { folder, dictionary, key, sealer, language: Language::En };
        for name in ["", "spill"] {
            fs::create_dir(home.path(name)).expect("a folder");
        }
        let key_id = home.key.key().id();
        Warehouse::create(&home.path("warehouse"), &home.dictionary, &key_id).await.expect("a warehouse");
        Register::create(&home.path("identity.sqlite"), &key_id).expect("a register");
        home
    }

    /// A path in the home.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        let root = self.folder.path().join("home");
        if name.is_empty() { root } else { root.join(name) }
    }

    pub(crate) fn paths(&self) -> Paths {
        let at = ["", "identity.sqlite", "rejections", "spill"].map(|name| self.path(name));
        Paths(at, Place::Folder(self.path("warehouse")))
    }

    /// Opens the home under the key in force.
    pub(crate) async fn open(&self) -> Result<Stores, CustodyError> {
        Stores::open(&self.paths().places(), &self.dictionary, &self.key.key().id()).await
    }

    /// A case list. Each row has number, given name, family name, birth date, passport, sex and date of registration.
    pub(crate) fn cases(rows: &[&str]) -> String {
        let line = |row: &&str| {
            let (person, date) = row.rsplit_once(',').expect("seven cells");
            format!("{person},Tajikistan,{date},Tajikistan,Sughd,Russia,labour,,victim\n")
        };
        format!("{HEADER}\n{}", rows.iter().map(line).collect::<String>())
    }

    /// The mapping `mission-en` under another name, whose rows replace those of earlier exports.
    pub(crate) fn replacing(&self) -> Source {
        self.replacing_with(&[])
    }

    /// The same with other lines of the mapping in the place of some.
    pub(crate) fn replacing_with(&self, lines: &[(&str, &str)]) -> Source {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data-dictionary/sources/mission-en.toml");
        let text = fs::read_to_string(path).expect("the mapping");
        let named = text.replacen("name = \"mission-en\"", "name = \"replacing\"", 1);
        let text = named.replacen("[constants]", "[file]\nreplace_by_record_id = true\n\n[constants]", 1);
        let text = lines.iter().fold(text, |text, (line, other)| text.replacen(line, other, 1));
        self.dictionary.parse_source("replacing.toml", &text).expect("a sound mapping")
    }

    /// A synthetic export from the folder of fixtures.
    pub(crate) fn fixture(name: &str) -> String {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(name);
        fs::read_to_string(path).expect("a fixture")
    }

    pub(crate) fn job<'a>(&'a self, file: &'a Path, source: &'a Source, keep: Keep, options: &'a Options) -> Load<'a> {
        Load { file, source, sealer: &self.sealer, keep, options, latest_year: 2026, language: self.language }
    }

    /// Loads a text. The report, and every step of progress. The file lies beside the home.
    pub(crate) async fn try_load(
        &self,
        source: &Source,
        text: &str,
        keep: Keep,
    ) -> Result<(LoadReport, Vec<Progress>), CustodyError> {
        let file = self.folder.path().join("export.csv");
        fs::write(&file, text).expect("written");
        let mut stores = self.open().await?;
        let (mut steps, options) = (Vec::new(), Options::default());
        let report = load(&mut stores, &self.job(&file, source, keep, &options), &mut |step| steps.push(step)).await?;
        Ok((report, steps))
    }

    pub(crate) async fn load_with(&self, source: &Source, text: &str, keep: Keep) -> (LoadReport, Vec<Progress>) {
        self.try_load(source, text, keep).await.expect("loads")
    }

    pub(crate) async fn load(&self, source: &str, text: &str, keep: Keep) -> (LoadReport, Vec<Progress>) {
        self.load_with(self.dictionary.source(source).expect("there"), text, keep).await
    }

    /// The answer to a query, a line for each row, values with commas between.
    pub(crate) async fn lines(&self, sql: &str) -> Vec<String> {
        let warehouse = Warehouse::open(&self.path("warehouse"), &self.dictionary).await.expect("a warehouse");
        let session = warehouse.session(AsOf::Newest, &Limits::default()).await.expect("a session");
        let rows = session.query(sql).await.expect("a query").collect().await.expect("rows");
        let options = FormatOptions::default();
        let mut lines = vec![];
        for batch in rows {
            let cells: Vec<_> =
                batch.columns().iter().map(|c| ArrayFormatter::try_new(c, &options).expect("shown")).collect();
            lines.extend(
                (0..batch.num_rows())
                    .map(|row| cells.iter().map(|cell| cell.value(row).to_string()).collect::<Vec<_>>().join(",")),
            );
        }
        lines
    }

    /// The cohort of each person, as the rows in the warehouse have it.
    pub(crate) async fn cohorts(&self) -> Vec<String> {
        self.lines("SELECT cohort FROM (SELECT DISTINCT person, cohort FROM stored.cases) ORDER BY cohort").await
    }

    /// The keys of a victim.
    pub(crate) fn victim(&self, identity: &Identity<'_>) -> LinkKeys {
        self.sealer.seal(identity, Population::Victims)
    }

    /// Puts a new key beside the one in force.
    pub(crate) fn add_key(&mut self) -> Rotation {
        self.key.add_key().expect("a new key")
    }

    /// Puts the new key in force.
    pub(crate) fn confirm(&mut self) {
        self.key.confirm().expect("confirmed");
        self.sealer = self.key.key().sealer();
    }

    /// Which of the needles stand in any file of the home: as text or as bytes in a file, in the name of a file, or as a
    /// text in any column of a Parquet file, where compression would hide it.
    pub(crate) fn found(&self, needles: &BTreeSet<String>) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for path in files(&self.path("")) {
            let bytes = fs::read(&path).expect("bytes");
            let name = path.to_string_lossy().into_owned();
            let cells = if name.ends_with(".parquet") { cells(&path) } else { BTreeSet::new() };
            let meant = |needle: &&String| {
                name.contains(needle.as_str())
                    || holds(&bytes, needle.as_bytes())
                    || raw(needle).is_some_and(|raw| holds(&bytes, &raw))
                    || cells.iter().any(|cell| cell.contains(needle.as_str()))
            };
            found.extend(needles.iter().filter(meant).cloned());
        }
        found
    }
}

/// Every file below a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// The bytes that hexadecimal digits stand for, of at least eight bytes.
fn raw(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.strip_prefix("load:").unwrap_or(digits);
    if digits.len() < 16 || !digits.len().is_multiple_of(2) || !digits.is_ascii() {
        return None;
    }
    (0..digits.len() / 2).map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).ok()).collect()
}

/// Every distinct text of a Parquet file, at any depth.
fn cells(path: &Path) -> BTreeSet<String> {
    let mut cells = BTreeSet::new();
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).expect("a file")).expect("Parquet");
    for batch in reader.build().expect("a reader") {
        for column in batch.expect("rows").columns() {
            gather(column, &mut cells);
        }
    }
    cells
}

fn gather(column: &ArrayRef, cells: &mut BTreeSet<String>) {
    let inner = match column.data_type() {
        DataType::Utf8 => {
            cells.extend(column.as_string::<i32>().iter().flatten().map(str::to_owned));
            return;
        }
        DataType::List(_) => std::slice::from_ref(column.as_list::<i32>().values()),
        DataType::Struct(_) => column.as_struct().columns(),
        DataType::Map(_, _) => column.as_map().entries().columns(),
        _ => return,
    };
    for column in inner {
        gather(column, cells);
    }
}
