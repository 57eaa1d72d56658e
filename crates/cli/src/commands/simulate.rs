//! `panoh simulate`: labelled synthetic exports with planted truth.

use anyhow::Result;
use panoh_simulator::{Scenario, Truth, write};

use crate::args::Simulate;
use crate::failure::{Code, Failure};
use crate::output::{note, say, table, thousands};
use crate::world::World;

pub(crate) fn run(options: &Simulate, _world: &World) -> Result<Code> {
    let folder = &options.folder;
    if folder.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
        let message = format!("{} is not empty; name a new or an empty folder", folder.display());
        return Err(Failure::new(Code::Usage, message).into());
    }
    std::fs::create_dir_all(folder)?;
    let truth = write(&Scenario::demo(options.seed, u64::from(options.persons)), folder)?;
    print_truth(&truth)?;
    Ok(Code::Ok)
}

/// The files that were written and how much is planted in them.
pub(crate) fn print_truth(truth: &Truth) -> Result<()> {
    let rows: Vec<Vec<String>> = truth
        .files
        .iter()
        .map(|file| {
            vec![
                file.path.display().to_string(),
                file.list.source().into(),
                thousands(file.rows),
                thousands(file.refused),
            ]
        })
        .collect();
    say(table(&["file", "source", "rows", "planted defects"], &rows))?;
    note(format!(
        "Synthetic: {} persons, {} of them in more than one list.",
        thousands(truth.counts.persons),
        thousands(truth.counts.persons_in_several_lists)
    ));
    Ok(())
}
