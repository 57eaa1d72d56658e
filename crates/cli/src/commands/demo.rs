//! `panoh demo`: the one sequence: simulated exports, intake, statistics, plan, release, server.

use std::path::Path;

use anyhow::{Context, Result};
use panoh_custody::Keep;
use panoh_intake::Language;
use panoh_simulator::{Scenario, write};
use panoh_warehouse::{Arguments, statistics};

use crate::args::{Asked, Demo};
use crate::commands::init::{Holds, create};
use crate::commands::intake::Wish;
use crate::commands::{intake, release, serve, simulate, stats};
use crate::failure::{Code, Failure};
use crate::home::{DEMO_HEAD, DEMO_KEY, sibling};
use crate::output::{counted, note, say, table, thousands};
use crate::report;
use crate::world::{World, open_stores, read_key};

const DEFAULT: &str = "panoh-demo";
/// Only a folder with this file is ever deleted.
pub(crate) const MARKER: &str = ".panoh-demo";
/// The definitions that share the budget of first figures; the first is shown in full.
const DEFINITIONS: [&str; 4] = ["trends", "people", "prevented", "help"];
/// Rows of each statistic that are shown.
const SHOWN: usize = 8;

pub(crate) async fn run(options: &Demo, world: &World) -> Result<Code> {
    let root = world.home.clone().unwrap_or_else(|| DEFAULT.into());
    let world = world.at(root.clone());

    title("1. A new home, and a key beside it");
    clear(&root)?;
    let home = create(&root, Some(&sibling(&root, DEMO_KEY)?), None, Holds::SyntheticCases, &world).await?;
    note(format!("home  {}\nkey   {}", home.root().display(), home.key().display()));

    title("2. Simulated exports of three organisations; names and stories are made up");
    let exports = home.root().join("exports");
    std::fs::create_dir_all(&exports)?;
    let truth = write(&Scenario::demo(options.seed, u64::from(options.persons)), &exports)?;
    simulate::print_truth(&truth)?;

    title("3. Intake: names become pseudonyms, stories are dropped, what cannot be read is refused");
    let mut opened = open_stores(&home, &world).await?;
    let mut reports = Vec::new();
    for file in &truth.files {
        let source = intake::source(file.list.source(), &world.dictionary()?)?;
        let language = Language::En;
        let wish = Wish { source: &source, keep: Keep::Rows, intake: world.intake(None)?, language };
        let report = intake::load_file(&file.path, &wish, &mut opened, &world).await?;
        report::print(&report, &file.path, language)?;
        intake::tell_list(&report, &home);
        reports.push(report);
    }
    drop(opened);
    let persons: u64 = reports.iter().map(|r| r.persons_new + r.persons_unlinked - r.merged).sum();
    note(format!("{} were planted; {} are known now.", counted(truth.counts.persons, "person"), thousands(persons)));

    title("4. Exact statistics, for the analyst on this trusted machine");
    for name in ["routes", "destinations", "gender_trend"] {
        show(name, &world).await?;
    }

    title("5. The plan of a protected release; it touches no data and spends nothing");
    let key = read_key(&home, &world)?;
    release::print_plan(release::plan_of(DEFINITIONS[0], &key, &home, &world)?.report())?;

    title("6. The releases: the budget is charged, then the noise is drawn");
    for name in DEFINITIONS {
        let plan = release::plan_of(name, &key, &home, &world)?;
        let published = release::publish_plan(plan, false, &key, &home, &world).await?;
        say(format!("published  {}\nfolder     {}", published.id, published.path.display()))?;
    }

    if options.no_serve {
        note(format!("\nTry: panoh --home {} stats routes", root.display()));
        return Ok(Code::Ok);
    }
    title("7. The public server, over the published folder only");
    serve::serve(&home, options.listen).await
}

fn title(text: &str) {
    note(format!("\n── {text}"));
}

/// Removes what an earlier demo left; refuses any other folder.
fn clear(root: &Path) -> Result<()> {
    if root.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
        if !root.join(MARKER).exists() {
            let message = format!(
                "{} is not empty and not a demo folder (it has no file {MARKER}); nothing was touched. Name another with --home",
                root.display()
            );
            return Err(Failure::new(Code::Usage, message).into());
        }
        std::fs::remove_dir_all(root).with_context(|| format!("cannot clear {}", root.display()))?;
    }
    for ending in [DEMO_KEY, DEMO_HEAD] {
        let path = sibling(root, ending)?;
        if path.exists() {
            std::fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    std::fs::create_dir_all(root).with_context(|| format!("cannot make the folder {}", root.display()))?;
    let marker = root.join(MARKER);
    std::fs::write(&marker, "This folder was made by `panoh demo`, which deletes it when it runs again.\n")
        .with_context(|| format!("cannot write {}", marker.display()))
}

async fn show(name: &str, world: &World) -> Result<()> {
    let all = statistics()?;
    let statistic = stats::find(&all, name)?;
    let session = stats::session(world, &Asked::default()).await?;
    let page = session.statistic(statistic, &Arguments::default()).await?.page(SHOWN).await?;
    note(format!("\n{} ({})", statistic.title, statistic.unit));
    let header: Vec<&str> = page.header.iter().map(String::as_str).collect();
    say(table(&header, &page.rows))?;
    if page.more {
        note("…");
    }
    Ok(())
}
