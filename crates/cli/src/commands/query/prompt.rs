//! The prompt: reads entries with editing, history and completion, and answers each.

use std::path::PathBuf;

use anyhow::Result;
use panoh_warehouse::{Arguments, Rows, Session, statistics};
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{CompletionType, Config, Editor};
use tokio::task::block_in_place;

use super::completion::Names;
use super::typed::{COMMANDS, Typed, read};
use super::{Query, screen};
use crate::args::{Asked, Dictionary, Format};
use crate::commands::stats::{find, session};
use crate::commands::{dictionary, stats};
use crate::failure::Code;
use crate::output::{causes, note, say, table};
use crate::world::{World, begun, pager};

/// The history of the prompt. It stands in the spill folder because a statement may name a pseudonym: an erasure and a
/// change of keys clear that folder.
const HISTORY: &str = "query-history";

struct Prompt<'a> {
    world: &'a World,
    asked: Asked,
    session: Session,
    editor: Editor<Names, FileHistory>,
    format: Format,
    /// Where the next answer goes.
    output: Option<PathBuf>,
    pager: String,
}

pub(super) async fn run(options: &Query, world: &World) -> Result<Code> {
    let history = world.open_home()?.spill().join(HISTORY);
    let mut prompt = Prompt::open(options, world).await?;
    // None yet when this is the first time.
    let _ = prompt.editor.load_history(&history);
    note("Panoh reads only. \\? lists the commands, \\d the views, \\q ends.");
    loop {
        let entry = match block_in_place(|| prompt.editor.readline("panoh> ")) {
            Ok(entry) => entry,
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(error.into()),
        };
        if !entry.trim().is_empty() {
            prompt.editor.add_history_entry(entry.trim_end())?;
            if let Err(error) = prompt.editor.append_history(&history) {
                tracing::debug!(%error, "the history was not written");
            }
        }
        match read(&entry) {
            Ok(Typed::Quit) => break,
            Ok(typed) => prompt.follow(typed).await,
            Err(reason) => note(format!("error: {reason}")),
        }
    }
    Ok(Code::Ok)
}

impl<'a> Prompt<'a> {
    async fn open(options: &Query, world: &'a World) -> Result<Prompt<'a>> {
        let asked = options.rows.asked.clone();
        let session = session(world, &asked).await?;
        let config = Config::builder().completion_type(CompletionType::List).max_history_size(2000)?.build();
        let mut editor = Editor::with_config(config)?;
        editor.set_helper(Some(Names::of(&world.dictionary()?)?));
        let format = options.rows.format;
        Ok(Prompt { world, asked, session, editor, format, output: None, pager: pager() })
    }

    /// Does what was asked for; a failure is said and the next entry awaited.
    async fn follow(&mut self, typed: Typed) {
        let begun = begun();
        let is_question = matches!(typed, Typed::Statement(_) | Typed::Statistic { name: Some(_), .. });
        let done = tokio::select! {
            done = self.answer(typed) => done,
            _ = tokio::signal::ctrl_c() => {
                note("stopped");
                return;
            }
        };
        match done {
            Ok(()) if is_question => note(format!("{:.3} s", begun.elapsed().as_secs_f64())),
            Ok(()) => {}
            Err(error) => note(format!("error: {}", causes(&error))),
        }
    }

    async fn answer(&mut self, typed: Typed) -> Result<()> {
        match typed {
            Typed::Blank | Typed::Quit => Ok(()),
            Typed::Help => {
                let rows: Vec<_> =
                    COMMANDS.iter().map(|(one, other)| vec![(*one).to_owned(), (*other).to_owned()]).collect();
                say(table(&["type", "to"], &rows))
            }
            Typed::Describe(name) => dictionary::run(&Dictionary { name }, self.world).map(|_| ()),
            Typed::Statistic { name: None, .. } => stats::list(&statistics()?).map(|_| ()),
            Typed::Statistic { name: Some(name), from, to, filters } => {
                let all = statistics()?;
                let arguments = Arguments { from, to, filters };
                let rows = self.session.statistic(find(&all, &name)?, &arguments).await?;
                self.put(rows).await
            }
            Typed::Statement(sql) => {
                let rows = self.session.query(&sql).await?;
                self.put(rows).await
            }
            Typed::Format(format) => {
                self.format = format;
                Ok(())
            }
            Typed::Output(path) => {
                self.output = Some(path);
                Ok(())
            }
            Typed::Refresh => {
                self.session = session(self.world, &self.asked).await?;
                Ok(())
            }
        }
    }

    async fn put(&mut self, rows: Rows) -> Result<()> {
        if let Some(path) = self.output.take() {
            return screen::write(rows, self.format, &path).await;
        }
        let size = self.editor.dimensions().map(|(columns, rows)| (columns.into(), rows.into()));
        screen::show(rows, self.format, size, &self.pager).await
    }
}
