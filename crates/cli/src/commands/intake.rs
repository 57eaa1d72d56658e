//! `panoh intake`: loads exports by a source mapping.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use panoh_custody::{Keep, Load, LoadReport, Outcome, Progress, load};
use panoh_dictionary::{Dictionary, Source};
use panoh_intake::{Language, Options};
use serde::Serialize;

use crate::args::Intake;
use crate::commands::init::{Holds, announce, create};
use crate::failure::{Code, Failure};
use crate::home::{Home, chosen};
use crate::output::{causes, counted, json, note};
use crate::progress;
use crate::report::{page, print};
use crate::world::{Opened, World, open_stores, this_year};

pub(crate) async fn run(options: &Intake, world: &World) -> Result<Code> {
    let dictionary = world.dictionary()?;
    let source = source(&options.source, &dictionary)?;
    let home = if options.init { home_or_new(world).await? } else { world.open_home()? };
    let keep = if options.dry_run { Keep::Nothing } else { Keep::Rows };
    let wish = Wish { source: &source, keep, intake: world.intake(options.encoding.clone())?, language: options.lang };
    // Once for all files: a key under a passphrase asks for it.
    let mut opened = open_stores(&home, world).await?;
    let mut worst = Code::Ok;
    let mut reports = Vec::new();
    for (at, file) in options.files.iter().enumerate() {
        let report = match load_file(file, &wish, &mut opened, world).await {
            Ok(report) => report,
            Err(error) => {
                // What was loaded before this file stays loaded and stays reported.
                write_page(options, &reports)?;
                if options.json {
                    json(&NotLoaded { source: &source.name, outcome: "not_loaded", error: causes(&error) })?;
                }
                not_tried(&options.files[at + 1..], options, &source.name)?;
                return Err(error);
            }
        };
        worst = worse(worst, code(&report));
        reports.push((file.as_path(), report));
        // First, as whoever reads standard output may stop reading.
        write_page(options, &reports)?;
        if let Some((_, report)) = reports.last() {
            tell(report, file, options)?;
            tell_list(report, &home);
        }
    }
    Ok(worst)
}

/// Prints what became of a file.
fn tell(report: &LoadReport, file: &Path, options: &Intake) -> Result<()> {
    if options.json { json(report) } else { print(report, file, options.lang) }
}

/// The object of a file that was refused as a whole, could not be read, or was not tried.
#[derive(Serialize)]
struct NotLoaded<'a> {
    source: &'a str,
    outcome: &'static str,
    error: String,
}

/// Names the files behind one that was not loaded: whatever stopped it may stop them too.
fn not_tried(files: &[PathBuf], options: &Intake, source: &str) -> Result<()> {
    for file in files {
        note(format!("{}: not tried, as a file before it was not loaded", file.display()));
        if options.json {
            let error = "a file before it was not loaded".to_owned();
            json(&NotLoaded { source, outcome: "not_tried", error })?;
        }
    }
    Ok(())
}

/// How a file is to be loaded.
#[derive(Debug)]
pub(crate) struct Wish<'a> {
    pub(crate) source: &'a Source,
    pub(crate) keep: Keep,
    pub(crate) intake: Options,
    pub(crate) language: Language,
}

/// The home, made first when there is none.
async fn home_or_new(world: &World) -> Result<Home> {
    let root = chosen(world.home.as_deref());
    if Home::exists(&root) {
        return world.open_home();
    }
    let home = create(&root, None, None, Holds::Cases, world).await?;
    announce(&home);
    Ok(home)
}

fn write_page(options: &Intake, reports: &[(&Path, LoadReport)]) -> Result<()> {
    let Some(path) = &options.html else { return Ok(()) };
    std::fs::write(path, page(reports, options.lang)?).with_context(|| format!("cannot write {}", path.display()))
}

/// Says where the list of refusals lies.
pub(crate) fn tell_list(report: &LoadReport, home: &Home) {
    if let Some(list) = &report.rejections {
        note(format!("  place and remedy of each refusal: {}", home.rejections().join(list).display()));
    }
}

/// Loads one file into the home's warehouse, with a progress bar on a terminal.
pub(crate) async fn load_file(file: &Path, wish: &Wish<'_>, opened: &mut Opened, world: &World) -> Result<LoadReport> {
    refuse_no_file(file)?;
    let bar = progress::bytes(&wish.source.name, world.progress);
    let mut show = |progress: Progress| {
        bar.set_length(progress.total_bytes);
        bar.set_position(progress.bytes);
        bar.set_message(counted(progress.rows, "row"));
    };
    let Wish { source, keep, intake, language } = wish;
    let export = Load {
        file,
        source,
        sealer: &opened.sealer,
        keep: *keep,
        options: intake,
        latest_year: this_year(),
        language: *language,
    };
    let loaded = load(&mut opened.stores, &export, &mut show).await;
    bar.finish_and_clear();
    loaded.with_context(|| format!("{} was not loaded", file.display()))
}

/// Refuses a pipe or folder before anything waits for it.
pub(crate) fn refuse_no_file(file: &Path) -> Result<()> {
    if std::fs::metadata(file).is_ok_and(|metadata| !metadata.is_file()) {
        let message = format!("{}: not a file; an export is read twice, so write it to a file first", file.display());
        return Err(Failure::new(Code::Usage, message).into());
    }
    Ok(())
}

fn code(report: &LoadReport) -> Code {
    match report.outcome {
        Outcome::RefusedWhole => Code::RefusedWhole,
        _ if report.refused + report.refused_before > 0 => Code::RefusedInPart,
        _ => Code::Ok,
    }
}

/// Of several files, the code of the one that went worst.
fn worse(one: Code, other: Code) -> Code {
    if one as u8 >= other as u8 { one } else { other }
}

/// A mapping of the dictionary, or one in a TOML file of the user.
pub(crate) fn source(named: &str, dictionary: &Dictionary) -> Result<Source> {
    if let Some(source) = dictionary.source(named) {
        return Ok(source.clone());
    }
    if Path::new(named).extension().is_some_and(|ending| ending == "toml") {
        let text = std::fs::read_to_string(named)
            .map_err(|e| Failure::new(Code::Usage, format!("cannot read the mapping {named}: {e}")))?;
        return dictionary.parse_source(named, &text).map_err(|e| Failure::new(Code::Usage, e.to_string()).into());
    }
    let names: Vec<_> = dictionary.sources().iter().map(|source| source.name.as_str()).collect();
    let message = format!("there is no source {named:?}; there are {}, or give a TOML file", names.join(", "));
    Err(Failure::new(Code::Usage, message).into())
}
