//! `panoh init`: a new home and a new key; overwrites nothing.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, absolute};

use anyhow::{Context, Result};
use panoh_identity::{MasterKey, Register, refuse_key_inside};
use panoh_warehouse::{Place, Warehouse};

use crate::args::Init;
use crate::commands::budget::begin_ledger;
use crate::commands::demo::MARKER;
use crate::failure::{Code, Failure};
use crate::home::{Home, Tables, chosen, head_beside, sibling};
use crate::output::note;
use crate::world::{World, bucket};

pub(crate) async fn run(options: &Init, world: &World) -> Result<Code> {
    let root = chosen(world.home.as_deref());
    let tables = options.warehouse.as_ref().map(|url| Tables {
        url: url.clone(),
        endpoint: options.endpoint.clone(),
        region: options.region.clone(),
        allow_http: options.allow_http,
    });
    let home = create(&root, options.key.as_deref(), tables, Holds::Cases, world).await?;
    announce(&home);
    Ok(Code::Ok)
}

/// Says where a new home and its key lie.
pub(crate) fn announce(home: &Home) {
    note(format!("home  {}", home.root().display()));
    note(format!("key   {}", home.key().display()));
    if let Some(tables) = home.tables() {
        note(format!("tables  {}", tables.url));
    }
    note("Keep a copy of the key in another safe place. Whoever has it can tie pseudonyms to names;");
    note("without it no further export can be linked to the persons already loaded.");
}

/// What a home is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    /// Exports of organisations.
    Cases,
    /// The demo's simulated exports: every release will say so.
    SyntheticCases,
}

/// Makes folder, key, warehouse and register. Refuses a folder that holds anything already.
pub(crate) async fn create(
    root: &Path,
    key: Option<&Path>,
    tables: Option<Tables>,
    holds: Holds,
    world: &World,
) -> Result<Home> {
    if Home::exists(root) {
        let message = format!("{} is a Panoh home already; nothing was changed", root.display());
        return Err(Failure::new(Code::Usage, message).into());
    }
    let is_marker = |name: &std::ffi::OsStr| holds == Holds::SyntheticCases && name == MARKER;
    if root.read_dir().is_ok_and(|entries| entries.flatten().any(|entry| !is_marker(&entry.file_name()))) {
        let message = format!(
            "{} is not empty; name a new or an empty folder. If an earlier `panoh init` was cut off there, remove the folder, \
             its new key and its ledger head first. Nothing was changed",
            root.display()
        );
        return Err(Failure::new(Code::Usage, message).into());
    }
    let key_path = match key {
        Some(path) => path.to_path_buf(),
        None => sibling(root, "key")?,
    };
    refuse_key_inside(&key_path, root)?;
    let dictionary = world.dictionary()?;
    let warehouse = match &tables {
        Some(tables) => bucket(tables)?,
        None => Place::Folder(absolute(root)?.join("warehouse")),
    };
    let head = head_beside(root, holds == Holds::SyntheticCases)?;
    if head.exists() {
        let message = format!(
            "{} is there: the ledger head of a home that was here. It remembers what was spent, and is never overwritten; if \
             that home is gone for good, move the file away. Nothing was changed",
            head.display()
        );
        return Err(Failure::new(Code::Usage, message).into());
    }
    // What a server can refuse is asked before a key is made.
    Warehouse::probe(&warehouse, &dictionary).await?;
    let key = MasterKey::create_file(&key_path)?;
    let home = Home::planned(root, &key_path, key.id(), holds == Holds::SyntheticCases, tables)?;
    std::fs::create_dir_all(home.root()).with_context(|| format!("cannot make the folder {}", root.display()))?;
    // Pseudonymised cases are for the data officer's account alone.
    std::fs::set_permissions(home.root(), std::fs::Permissions::from_mode(0o700))
        .with_context(|| format!("cannot close {} to other accounts", root.display()))?;
    if home.tables().is_none() {
        probe_links(home.root())?;
    }
    Warehouse::create(warehouse, &dictionary, &key.id()).await?;
    Register::create(&home.register(), &key.id())?;
    begin_ledger(&key, &home)?;
    home.finish()?;
    Ok(home)
}

/// The warehouse commits by hard links, which some USB sticks and network shares cannot make: better known now than at
/// the first load.
fn probe_links(root: &Path) -> Result<()> {
    let (one, other) = (root.join(".probe"), root.join(".probe-link"));
    std::fs::write(&one, "").with_context(|| format!("cannot write in {}", root.display()))?;
    let linked = std::fs::hard_link(&one, &other);
    for path in [&one, &other] {
        // The second is not there when the link failed.
        let _ = std::fs::remove_file(path);
    }
    linked.with_context(|| {
        format!("{} cannot hold a warehouse: no hard links there. Name a folder on a local disk", root.display())
    })
}
