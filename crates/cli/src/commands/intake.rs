//! `panoh intake`: loads exports by a source mapping.

use std::path::Path;

use anyhow::{Context, Result};
use panoh_custody::{Keep, Load, LoadReport, Outcome, Places, Progress, Stores, load};
use panoh_dictionary::{Dictionary, Source};

use crate::args::Intake;
use crate::failure::{Code, Failure};
use crate::home::Home;
use crate::output::{counted, json, note, say, thousands};
use crate::progress;
use crate::world::{World, read_key};

pub(crate) async fn run(options: &Intake, world: &World) -> Result<Code> {
    let home = world.open_home()?;
    let source = source(&options.source, &world.dictionary()?)?;
    let keep = if options.dry_run { Keep::Nothing } else { Keep::Rows };
    let mut worst = Code::Ok;
    for file in &options.files {
        let report = load_file(file, &source, keep, &home, world).await?;
        if options.json {
            json(&report)?;
        } else {
            print(&report, file, &home)?;
        }
        worst = worse(worst, code(&report));
    }
    Ok(worst)
}

/// Loads one file into the home's warehouse, with a progress bar on a terminal.
pub(crate) async fn load_file(
    file: &Path,
    source: &Source,
    keep: Keep,
    home: &Home,
    world: &World,
) -> Result<LoadReport> {
    if std::fs::metadata(file).is_ok_and(|metadata| !metadata.is_file()) {
        let message = format!("{}: not a file; an export is read twice, so write it to a file first", file.display());
        return Err(Failure::new(Code::Usage, message).into());
    }
    let sealer = read_key(home)?.sealer();
    let (warehouse, register, rejections) = (home.warehouse(), home.register(), home.rejections());
    let places = Places { home: home.root(), warehouse: &warehouse, register: &register, rejections: &rejections };
    let mut stores = Stores::open(&places, &world.dictionary()?).await?;
    let bar = progress::bytes(&source.name, world.progress);
    let mut show = |progress: Progress| {
        bar.set_length(progress.total_bytes);
        bar.set_position(progress.bytes);
        bar.set_message(counted(progress.rows, "row"));
    };
    let loaded = load(&mut stores, &Load { file, source, sealer: &sealer, keep }, &mut show).await;
    bar.finish_and_clear();
    loaded.with_context(|| format!("{} was not loaded", file.display()))
}

/// What a load came to, in words.
pub(crate) fn print(report: &LoadReport, file: &Path, home: &Home) -> Result<()> {
    let name = file.display();
    let read = counted(report.rows_read, "row");
    let refused = thousands(report.refused);
    match report.outcome {
        Outcome::AlreadyLoaded => {
            return say(format!("{name}: loaded before, byte for byte the same; nothing was changed"));
        }
        Outcome::NoRows => return say(format!("{name}: a header and no rows; nothing was changed")),
        Outcome::RefusedWhole => say(format!("{name}: {read} read, all refused; nothing was changed"))?,
        Outcome::DryRun => {
            say(format!("{name}: {read} read, {} would be loaded, {refused} refused", thousands(report.loaded)))?;
        }
        Outcome::Loaded => {
            say(format!("{name}: {read} read, {} loaded, {refused} refused", thousands(report.loaded)))?;
        }
    }
    say(format!(
        "  {} made known; {} of persons known before",
        counted(report.persons_new + report.persons_unlinked, "person"),
        counted(report.persons_known, "row")
    ))?;
    if report.ambiguous > 0 {
        let rows = counted(report.ambiguous, "row");
        say(format!("  {rows} could be either of two persons; the stronger rule decided"))?;
    }
    for (rule, count) in &report.refused_by_rule {
        say(format!("  refused by the rule {rule}: {}", counted(*count, "cell")))?;
    }
    if let Some(list) = &report.rejections {
        note(format!("  line, column and remedy of each refusal: {}", home.rejections().join(list).display()));
    }
    Ok(())
}

fn code(report: &LoadReport) -> Code {
    match report.outcome {
        Outcome::RefusedWhole => Code::RefusedWhole,
        _ if report.refused > 0 => Code::RefusedInPart,
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
