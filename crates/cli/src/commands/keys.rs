//! `panoh keys`: looks after the key file and puts a home under a new key.
//!
//! A rotation has an order that a crash anywhere cannot harm: the new key is on disk before anything is rewritten; the
//! home notes the new id when everything is; the key file says last that the new key is in force. Whoever runs
//! `panoh keys rotate` again finishes what was begun.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use panoh_custody::{RotateReport, key_state, lock, rotate, rotate_held};
use panoh_identity::{KeyFile, Secret, backup, refuse_key_inside};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::failure::{Code, Failure};
use crate::home::Home;
use crate::output::{counted, json, note, say, table};
use crate::world::{World, note_unfinished, places_of, secret_in};

/// Room for a form with ten keys: a text that grows would leave copies behind in memory.
const FORM: usize = 16 * 1024;

/// Commands of `panoh keys`.
#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Show which key the register and each table are on, and whether the key file is the right one
    Check {
        /// Print it as one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Give every pseudonym a new value under a new key; takes up a rotation that was cut off
    Rotate {
        /// Print the report as one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Print the recovery form of the key, to be kept on paper
    Backup,
    /// Make the key file from its recovery form; overwrites nothing
    Restore {
        /// Text file with the numbered lines of the form, or - for standard input
        form: PathBuf,
        /// Where the key goes [default: where the home expects it]
        #[arg(long, value_name = "PATH")]
        key: Option<PathBuf>,
        /// Put the key file under a passphrase
        #[arg(long)]
        protect: bool,
        #[command(flatten)]
        new: NewPassphrase,
    },
    /// Put the key file under a passphrase, or under another one
    Protect {
        #[command(flatten)]
        new: NewPassphrase,
    },
    /// Take the passphrase of the key file away; its mode alone then protects it
    Unprotect,
}

/// Where a passphrase that is to be comes from.
#[derive(Debug, Args)]
pub(crate) struct NewPassphrase {
    /// File whose first line is the new passphrase, readable by its owner only [default: asked twice on the terminal]
    #[arg(long, value_name = "FILE")]
    new_passphrase_file: Option<PathBuf>,
}

pub(crate) async fn run(command: &Keys, world: &World) -> Result<Code> {
    let home = world.open_home()?;
    match command {
        Keys::Check { json } => check(*json, &home, world).await,
        Keys::Rotate { json } => rotate_all(*json, home, world).await,
        Keys::Backup => print_form(&home, world),
        Keys::Restore { form, key, protect, new } => restore(form, key.as_deref(), protect.then_some(new), &home),
        Keys::Protect { new } => {
            let mut file = open(&home, world)?;
            file.protect(new.get(home.key())?)?;
            note(format!(
                "{} is under the passphrase now; nothing else opens it, so do not forget it",
                home.key().display()
            ));
            Ok(Code::Ok)
        }
        Keys::Unprotect => {
            open(&home, world)?.unprotect()?;
            note(format!("{} is a plain file now, readable by its owner only", home.key().display()));
            Ok(Code::Ok)
        }
    }
}

/// Which key a part of the home is on.
#[derive(Debug, Serialize)]
struct Part {
    part: String,
    /// Null when it does not name one.
    key: Option<String>,
}

/// What `panoh keys check` found.
#[derive(Debug, Serialize)]
struct Checked {
    key_file: String,
    protected: bool,
    /// Id of the keys in force, and how many they are.
    key: String,
    keys: usize,
    parts: Vec<Part>,
    /// True when a rotation was begun and has not ended.
    rotation_unfinished: bool,
    right: bool,
}

async fn check(as_json: bool, home: &Home, world: &World) -> Result<Code> {
    let file = open(home, world)?;
    let key = file.key();
    let state = key_state(&places_of(home)?.borrowed(), &world.dictionary()?).await?;
    let mut parts = vec![part("home folder", home.key_id()), part("identity register", &state.register)];
    parts.extend(state.tables.into_iter().map(|(table, key)| Part { part: format!("table {table}"), key }));
    let rotation_unfinished = state.pending.is_some() || key.rotation().is_some();
    let is_right = |part: &Part| part.key.as_deref() == Some(key.id().as_str());
    let checked = Checked {
        key_file: home.key().display().to_string(),
        protected: file.is_protected(),
        key: key.id(),
        keys: key.count(),
        right: !rotation_unfinished && parts.iter().all(is_right),
        parts,
        rotation_unfinished,
    };
    if as_json {
        json(&checked)?;
    } else {
        print(&checked)?;
    }
    if !rotation_unfinished {
        note_unfinished(home)?;
    }
    Ok(if checked.right { Code::Ok } else { Code::Key })
}

fn part(name: &str, key: &str) -> Part {
    Part { part: name.to_owned(), key: Some(key.to_owned()) }
}

fn print(checked: &Checked) -> Result<()> {
    let protection = if checked.protected { "under a passphrase" } else { "plain, mode 0600" };
    say(format!("key file  {} ({protection})", checked.key_file))?;
    say(format!("key       {} ({})", checked.key, counted(checked.keys as u64, "key")))?;
    let row = |part: &Part| {
        let key = part.key.clone().unwrap_or_else(|| "not noted".to_owned());
        let verdict = if key == checked.key { "right" } else { "another key" };
        vec![part.part.clone(), key, verdict.to_owned()]
    };
    say(table(&["part", "key", ""], &checked.parts.iter().map(row).collect::<Vec<_>>()))?;
    if checked.rotation_unfinished {
        note("a rotation was begun and has not ended; run `panoh keys rotate` to end it");
    } else if !checked.right {
        note("not everything is on this key; put the key file back that belongs to this home");
    }
    Ok(())
}

async fn rotate_all(as_json: bool, mut home: Home, world: &World) -> Result<Code> {
    let mut file = open(&home, world)?;
    if file.key().rotation().is_some_and(|rotation| rotation.to() == home.key_id()) {
        // Cut off between the home's note and the key file's.
        file.confirm()?;
        return rotated(as_json, &RotateReport::default(), &file);
    }
    if file.key().onward(home.key_id()).is_some() {
        return catch_up(as_json, home, &file, world).await;
    }
    file.key().refuse_other(home.key(), home.key_id())?;
    // Before the new key is made: a home that somebody writes to stays as it is, and so does its key file.
    let (held, places) = (lock(home.root())?, places_of(&home)?);
    let rotation = file.add_key()?;
    let report = rotate_held(held, &places.borrowed(), &world.dictionary()?, &rotation).await?;
    home.note_key(rotation.to())?;
    file.confirm()?;
    rotated(as_json, &report, &file)
}

/// Brings a home that was put back from before a rotation onto the newest key, through those between.
async fn catch_up(as_json: bool, mut home: Home, file: &KeyFile, world: &World) -> Result<Code> {
    let dictionary = world.dictionary()?;
    let mut all = RotateReport::default();
    while let Some(rotation) = file.key().onward(home.key_id()) {
        let places = places_of(&home)?;
        all = rotate(&places.borrowed(), &dictionary, &rotation).await?;
        home.note_key(rotation.to())?;
    }
    rotated(as_json, &all, file)
}

fn rotated(as_json: bool, report: &RotateReport, file: &KeyFile) -> Result<Code> {
    if as_json {
        json(report)?;
    } else {
        say(format!(
            "{} in {} and the identity register are on key {} now",
            counted(report.rows, "row"),
            counted(report.tables.len() as u64, "table"),
            file.key().id()
        ))?;
        if report.renamed + report.removed > 0 {
            let (renamed, removed) = (counted(report.renamed, "report"), counted(report.removed, "report"));
            say(format!("{renamed} of refused rows renamed, {removed} of files that were never loaded removed"))?;
        }
    }
    note("Old versions of the tables are gone. An older recovery form or copy of the key no longer fits:");
    note("print a new form with `panoh keys backup` and destroy the old one.");
    Ok(Code::Ok)
}

fn print_form(home: &Home, world: &World) -> Result<Code> {
    let file = open(home, world)?;
    if file.key().rotation().is_none() {
        file.key().refuse_other(home.key(), home.key_id())?;
    }
    let form = backup::recovery_form(file.key());
    backup::prove(&form, file.key()).context("the recovery form does not restore the key and was not printed")?;
    say(form.trim_end())?;
    note("Read again as it is printed above, the form restores this key.");
    Ok(Code::Ok)
}

fn restore(form: &Path, place: Option<&Path>, protect: Option<&NewPassphrase>, home: &Home) -> Result<Code> {
    let mut text = Zeroizing::new(String::with_capacity(FORM));
    if form == Path::new("-") {
        std::io::stdin().read_to_string(&mut text).context("cannot read the form from standard input")?;
    } else {
        let unread = |e| Failure::new(Code::Usage, format!("cannot read the form {}: {e}", form.display()));
        fs::File::open(form).and_then(|mut file| file.read_to_string(&mut text)).map_err(unread)?;
    }
    let key = backup::restore(&text)?;
    let place = place.unwrap_or_else(|| home.key());
    key.refuse_other(place, home.key_id())?;
    refuse_key_inside(place, home.root())?;
    let passphrase = protect.map(|new| new.get(place)).transpose()?;
    let file = KeyFile::restore(place, key, passphrase)?;
    say(format!("{}: key {} is restored", place.display(), file.key().id()))?;
    note("Destroy the text file that the form was typed into.");
    Ok(Code::Ok)
}

/// The key file of a home, its passphrase asked for when it has one.
fn open(home: &Home, world: &World) -> Result<KeyFile> {
    world.refuse_secret_inside(home)?;
    Ok(KeyFile::open(home.key(), home.root(), &mut || world.passphrase(home.key()))?)
}

impl NewPassphrase {
    /// The passphrase that is to be: from the file that was named, or typed twice.
    fn get(&self, key: &Path) -> Result<Secret> {
        let passphrase = match &self.new_passphrase_file {
            Some(file) => secret_in(file)?,
            None => typed_twice(key)?,
        };
        passphrase.refuse_short()?;
        Ok(passphrase)
    }
}

fn typed_twice(key: &Path) -> Result<Secret> {
    let ask = |prompt: String| {
        let no_terminal = || {
            let message =
                "a passphrase is asked on a terminal and there is none; name a file with --new-passphrase-file";
            Failure::new(Code::Usage, message)
        };
        rpassword::prompt_password(prompt).map(Secret::new).map_err(|_| no_terminal())
    };
    let first = ask(format!("New passphrase of {}: ", key.display()))?;
    first.refuse_short()?;
    if !ask("The same once more: ".to_owned())?.is(&first) {
        return Err(Failure::new(Code::Usage, "the two are not the same; nothing was changed").into());
    }
    Ok(first)
}
