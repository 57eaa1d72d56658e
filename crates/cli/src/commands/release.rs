//! `panoh release`: plan, publish, list, show, compare, withdraw, verify.

mod comparison;
mod figures;
mod planning;
mod withdrawal;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use panoh_dictionary::Dictionary;
use panoh_identity::MasterKey;
use panoh_ledger::{Ledger, State};
use panoh_publication::{Day, Definition, PublicKey, Signer, Slug};
use panoh_release::{Published, ReleasePlan, Run, plan, publish, read, recover, verify};
use panoh_warehouse::{AsOf, Warehouse};
use serde::Serialize;

use crate::args::Release;
use crate::commands::budget::{ledger_under, open_ledger};
use crate::commands::stats::limits;
use crate::failure::{Code, Failure};
use crate::home::Home;
use crate::output::{json, note, say, table, thousands};
use crate::world::{World, note_unfinished, now, read_key, today, warehouse_of};
pub(crate) use planning::print_plan;
use planning::short;

/// The table whose version a session is pinned to.
const CASES: &str = "cases";
/// Label under which the key of the one-row-per-person choice is derived.
const CHOICE_KEY: &str = "panoh/release/choice/v1";
/// Label under which the secret half of the key that signs releases is derived.
const SIGNER_KEY: &str = "panoh/release/signer/v1";

pub(crate) async fn run(command: &Release, world: &World) -> Result<Code> {
    match command {
        Release::Plan(options) => planning::show(options, world),
        Release::Publish { definition, again, json } => {
            let home = world.open_home()?;
            if note_unfinished(&home)? {
                let message = "nothing is released from a home with an unfinished change; nothing was drawn or spent";
                return Err(Failure::new(Code::Usage, message).into());
            }
            let key = read_key(&home, world)?;
            let plan = plan_of(definition, &key, &home, world)?;
            let published = publish_plan(plan, *again, &key, &home, world).await?;
            show_published(&published, *json)
        }
        Release::List { json } => list(*json, world),
        Release::Show { id, table: None, json, .. } => show(id, *json, world),
        Release::Show { id, table: Some(table), by, shares, json } => {
            figures::show(id, table, by, shares.as_ref(), *json, world)
        }
        Release::Compare { before, after, table, json } => {
            comparison::show(before, after, table.as_deref(), *json, world)
        }
        Release::Withdraw { id, reason, json } => withdrawal::withdraw_release(id, *reason, *json, world),
        Release::Signer => {
            say(signer(&read_key(&world.open_home()?, world)?).public_key().to_string())?;
            Ok(Code::Ok)
        }
        Release::Verify { folder, signer, json } => check(folder, signer.as_deref(), *json),
    }
}

/// What signs this home's releases. It is the same after a change of keys.
pub(crate) fn signer(key: &MasterKey) -> Signer {
    Signer::of_secret(key.derive(SIGNER_KEY))
}

/// A definition file, or a shipped definition by its name.
fn definition(named: &str) -> Result<Definition> {
    let path = Path::new(named);
    if path.extension().is_none() && !path.exists() {
        let shipped = panoh_release::shipped();
        return shipped.iter().find(|(name, _)| *name == named).map_or_else(
            || {
                let names: Vec<_> = shipped.iter().map(|(name, _)| *name).collect();
                let message = format!(
                    "{named}: neither a definition file nor a shipped definition; shipped are {}",
                    names.join(", ")
                );
                Err(Failure::new(Code::Usage, message).into())
            },
            |(_, text)| Ok(Definition::from_toml(text)?),
        );
    }
    let text = std::fs::read_to_string(path).map_err(|e| Failure::new(Code::Usage, format!("{named}: {e}")))?;
    Definition::from_toml(&text).map_err(|e| Failure::new(Code::Usage, format!("{named}: {e}")).into())
}

/// Plans a definition with what the home's ledger has left.
pub(crate) fn plan_of(named: &str, key: &MasterKey, home: &Home, world: &World) -> Result<ReleasePlan> {
    let definition = definition(named)?;
    Ok(plan(&definition, &world.dictionary()?, &ledger_under(key, home)?.budget()?)?)
}

/// Reads the persons, charges the ledger, draws the noise and writes the artefact.
pub(crate) async fn publish_plan(
    plan: ReleasePlan,
    again: bool,
    key: &MasterKey,
    home: &Home,
    world: &World,
) -> Result<Published> {
    let mut ledger = ledger_under(key, home)?;
    settle_open(&mut ledger, &home.published(), &signer(key))?;
    refuse_strangers(&mut ledger, &home.published())?;
    if !plan.report().shortfalls.is_empty() {
        let message = format!(
            "the budget is too small: {}; nothing was drawn or spent",
            short(&plan.report().shortfalls).join("; ")
        );
        return Err(Failure::new(Code::Budget, message).into());
    }
    let (choice, signer) = (key.derive(CHOICE_KEY), signer(key));
    let dictionary = world.dictionary()?;
    let store = Warehouse::open(warehouse_of(home)?, &dictionary).await?;
    let warehouse = newest_versions(&store, &dictionary).await?;
    let cases = warehouse.get(CASES).copied().unwrap_or_default();
    let session = store.session(AsOf::Version(cases), &limits(home, world)).await?;
    let persons = read(&session, &plan, choice).await?;
    let (published, synthetic) = (home.published(), home.is_synthetic());
    let day = Day::new(&today())?;
    // SQLite and the sampler block: they belong on a thread of their own.
    let done = tokio::task::spawn_blocking(move || -> Result<Published> {
        let run = Run { published: &published, day, synthetic, warehouse, clock: &now, signer: &signer, again };
        Ok(publish(&plan, &persons, &mut ledger, &run, &mut panoh_privacy::opendp_noise)?)
    });
    done.await.context("the thread that draws the noise ended early")?
}

/// Settles what a crash may have left open, before anything new is charged.
fn settle_open(ledger: &mut Ledger, published: &Path, signer: &Signer) -> Result<()> {
    for settled in recover(ledger, published, signer, &now)? {
        note(format!("a crashed run was settled: {} is {:?}", settled.release_id, settled.outcome));
    }
    Ok(())
}

/// A published folder that the ledger never charged means that the ledger is not the one that was used here.
fn refuse_strangers(ledger: &mut Ledger, published: &Path) -> Result<()> {
    let strangers = panoh_release::strangers(ledger, published)?;
    let Some(name) = strangers.first() else { return Ok(()) };
    let message = format!(
        "{}: the ledger does not know this release, so it is not the newest ledger; restore that or run \
         `panoh budget reconcile`, or take the folder away if it came from elsewhere. Nothing was drawn or spent",
        published.join(name).display()
    );
    Err(Failure::new(Code::Key, message).into())
}

async fn newest_versions(store: &Warehouse, dictionary: &Dictionary) -> Result<BTreeMap<String, u64>> {
    let mut versions = BTreeMap::new();
    for table in dictionary.tables() {
        if let Some(newest) = store.versions(&table.name).await?.last() {
            versions.insert(table.name.clone(), newest.version);
        }
    }
    Ok(versions)
}

/// What a publication says.
#[derive(Debug, Serialize)]
struct PublishedReport<'a> {
    id: &'a str,
    folder: &'a Path,
    digest: &'a str,
}

fn show_published(published: &Published, as_json: bool) -> Result<Code> {
    let Published { id, path, digest } = published;
    if as_json {
        json(&PublishedReport { id: id.as_str(), folder: path, digest })?;
    } else {
        say(format!("published  {id}\nfolder     {}\ndigest     {digest}", path.display()))?;
    }
    Ok(Code::Ok)
}

/// A promise is rounded to the side that promises less.
fn up(epsilon: f64) -> f64 {
    (epsilon * 100.0).ceil() / 100.0
}

fn list(as_json: bool, world: &World) -> Result<Code> {
    let releases = open_ledger(&world.open_home()?, world)?.releases()?;
    if as_json {
        json(&releases)?;
        return Ok(Code::Ok);
    }
    let rows: Vec<Vec<String>> = releases
        .iter()
        .map(|entry| {
            let state = match &entry.state {
                State::Void { reason, .. } => format!("void ({})", reason.name()),
                State::Withdrawn { reason, .. } => format!("withdrawn ({})", reason.name()),
                other => other.name().to_owned(),
            };
            let cohorts = match (entry.cohorts.first(), entry.cohorts.last()) {
                (Some(first), Some(last)) if first != last => format!("{first} … {last}"),
                (Some(only), _) => only.clone(),
                _ => String::new(),
            };
            vec![
                entry.release_id.clone(),
                state,
                cohorts,
                entry.purpose.name().into(),
                entry.nano_rho.to_string(),
                entry.reserved_at.clone(),
            ]
        })
        .collect();
    say(table(&["release", "state", "cohorts", "purpose", "ρ", "reserved"], &rows))?;
    Ok(Code::Ok)
}

/// The folder of a published release.
fn folder_of(id: &str, home: &Home) -> Result<PathBuf> {
    let id = Slug::new(id).map_err(|e| Failure::new(Code::Usage, e.to_string()))?;
    let folder = home.published().join(id.as_str());
    if folder.is_dir() {
        return Ok(folder);
    }
    let message = format!("there is no published release {id}; `panoh release list` shows what there is");
    Err(Failure::new(Code::Usage, message).into())
}

fn show(id: &str, as_json: bool, world: &World) -> Result<Code> {
    let home = world.open_home()?;
    let folder = folder_of(id, &home)?;
    if let Some(withdrawal) = panoh_publication::read_withdrawal(&folder)? {
        return withdrawal::show(&withdrawal, as_json);
    }
    let artefact = panoh_publication::read(&folder)?;
    let release = &artefact.release;
    if as_json {
        json(release)?;
        return Ok(Code::Ok);
    }
    say(format!("{}  {}", release.id, release.definition.title))?;
    say(format!(
        "published {}  ρ {}  ε {:.2} at δ {:e}{}",
        release.day.as_str(),
        release.privacy.rho.value(),
        up(release.privacy.epsilon),
        release.privacy.delta.value(),
        if release.synthetic { "  SYNTHETIC DATA" } else { "" }
    ))?;
    let dimensions = artefact.cube.dimensions();
    let rows: Vec<Vec<String>> = release
        .tables
        .iter()
        .map(|t| {
            let names: Vec<_> = t.dimensions.iter().map(|&d| dimensions[d].name.as_str()).collect();
            vec![
                t.name.to_string(),
                names.join(" × "),
                thousands(t.cells),
                format!("±{:.1}", panoh_publication::half_width(t.standard_error)),
            ]
        })
        .collect();
    say(table(&["table", "dimensions", "cells", "95 % half-width"], &rows))?;
    Ok(Code::Ok)
}

fn check(folder: &Path, signer: Option<&str>, as_json: bool) -> Result<Code> {
    let wanted = signer.map(|text| {
        let rule = "--signer: not a public key; give it as `panoh release signer` prints it, ssh-ed25519 and letters";
        PublicKey::parse(text).ok_or_else(|| Failure::new(Code::Usage, rule.to_owned()))
    });
    let wanted = wanted.transpose()?;
    let verified = verify(folder)?;
    if wanted.is_some_and(|wanted| wanted.to_string() != verified.signer) {
        let message = format!("{}: somebody else signed it: {}", folder.display(), verified.signer);
        return Err(Failure::new(Code::RefusedWhole, message).into());
    }
    if as_json {
        json(&verified)?;
        return Ok(Code::Ok);
    }
    say(format!(
        "{}: whole; {} tables with {} cells were computed again",
        verified.id,
        verified.tables,
        thousands(verified.cells)
    ))?;
    say(format!("  signed by  {}", verified.signer))?;
    verified.shown.iter().try_for_each(|line| say(format!("  shown      {line}")))?;
    verified.not_shown.iter().try_for_each(|line| say(format!("  not shown  {line}")))?;
    Ok(Code::Ok)
}
