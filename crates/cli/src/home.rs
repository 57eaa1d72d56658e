//! The home folder of one installation: where everything lies, and the small file `panoh.toml` that says so.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf, absolute};

use anyhow::{Context, Result};
use panoh_custody::Places;
use panoh_warehouse::{BucketAddress, Place};
use serde::{Deserialize, Serialize};

use crate::failure::{Code, Failure};

const DEFAULT: &str = "panoh-home";
const CONFIG: &str = "panoh.toml";
const LAYOUT: u32 = 1;
/// Endings of the demo's key and ledger head: no real home has them, so the demo may remove what an earlier one left.
pub(crate) const DEMO_KEY: &str = "demo-key";
pub(crate) const DEMO_HEAD: &str = "demo-ledger-head";

/// `panoh.toml`: written once by `panoh init`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    /// Layout of the home folder.
    layout: u32,
    /// The key file, outside the home folder.
    key: PathBuf,
    /// Which key pseudonyms were made with; says nothing about the key itself.
    key_id: String,
    /// The ledger's last known head, outside the home folder.
    ledger_head: PathBuf,
    /// True for the demo: every release then says that its data are synthetic.
    #[serde(default)]
    synthetic: bool,
    /// Where the tables lie, when that is not the folder `warehouse`. A table of its own, so it stands last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    warehouse: Option<Tables>,
}

/// `[warehouse]`: a bucket for the tables. Credentials do not stand here; they come from the environment.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tables {
    /// `s3://BUCKET/PREFIX`.
    pub(crate) url: String,
    /// The server, when it is not Amazon's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) endpoint: Option<String>,
    /// The region, when the server asks for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<String>,
    /// Whether the way to a server on another machine may be without encryption.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) allow_http: bool,
}

impl Tables {
    /// The address, checked.
    pub(crate) fn address(&self) -> Result<BucketAddress> {
        let (endpoint, region) = (self.endpoint.as_deref(), self.region.as_deref());
        Ok(BucketAddress::parse(&self.url, endpoint, region, self.allow_http)?)
    }
}

/// A home folder that `panoh init` made.
#[derive(Debug)]
pub(crate) struct Home {
    root: PathBuf,
    config: Config,
}

/// Where the parts of a home lie that change together.
#[derive(Debug)]
pub(crate) struct OwnedPlaces {
    home: PathBuf,
    warehouse: Place,
    register: PathBuf,
    rejections: PathBuf,
    spill: PathBuf,
}

impl OwnedPlaces {
    /// As custody takes them.
    pub(crate) fn borrowed(&self) -> Places<'_> {
        let Self { home, warehouse, register, rejections, spill } = self;
        Places { home, warehouse, register, rejections, spill }
    }
}

/// The folder named on the command line, or the default one.
pub(crate) fn chosen(named: Option<&Path>) -> PathBuf {
    named.map_or_else(|| PathBuf::from(DEFAULT), Path::to_path_buf)
}

/// Where the ledger of a home has its outside head.
pub(crate) fn head_beside(root: &Path, synthetic: bool) -> Result<PathBuf> {
    sibling(root, if synthetic { DEMO_HEAD } else { "ledger-head" })
}

/// A sibling of the home folder: `HOME` and `key` give `HOME.key`. Secrets and the ledger's outside head lie there, so
/// that a copy of the home folder never carries them along.
pub(crate) fn sibling(root: &Path, ending: &str) -> Result<PathBuf> {
    let root = absolute(root)?;
    let name = root.file_name().with_context(|| {
        format!("{} has no name of its own; give the home folder a name below some folder", root.display())
    })?;
    let mut name = name.to_os_string();
    name.push(".");
    name.push(ending);
    Ok(root.with_file_name(name))
}

impl Home {
    /// A home that is about to be made. The key exists already; its id is noted.
    pub(crate) fn planned(
        root: &Path,
        key: &Path,
        key_id: String,
        synthetic: bool,
        warehouse: Option<Tables>,
    ) -> Result<Self> {
        let ledger_head = head_beside(root, synthetic)?;
        let config = Config { layout: LAYOUT, key: absolute(key)?, key_id, ledger_head, synthetic, warehouse };
        Ok(Self { root: absolute(root)?, config })
    }

    /// Makes the folders beside the warehouse and, last, the file that says that the home is whole.
    pub(crate) fn finish(&self) -> Result<()> {
        for folder in [self.published(), self.rejections(), self.requests(), self.spill()] {
            fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        }
        let path = self.root.join(CONFIG);
        let mut file = fs::File::create_new(&path).with_context(|| format!("cannot write {}", path.display()))?;
        file.write_all(toml::to_string(&self.config)?.as_bytes())?;
        file.sync_all()?;
        fs::File::open(&self.root)?.sync_all()?;
        Ok(())
    }

    /// Opens the home that `panoh init` made.
    pub(crate) fn open(named: Option<&Path>) -> Result<Self> {
        let root = chosen(named);
        let path = root.join(CONFIG);
        let text = fs::read_to_string(&path).map_err(|_| {
            Failure::new(
                Code::Usage,
                format!(
                    "{} is not a Panoh home: no {CONFIG} can be read there. Make one with `panoh init --home {}`, or name \
                     another with --home or PANOH_HOME",
                    root.display(),
                    root.display()
                ),
            )
        })?;
        let config: Config = toml::from_str(&text).with_context(|| format!("{} is damaged", path.display()))?;
        if config.layout != LAYOUT {
            return Err(Failure::new(
                Code::Usage,
                format!(
                    "{}: layout {} is not {LAYOUT}; this home belongs to another version",
                    path.display(),
                    config.layout
                ),
            )
            .into());
        }
        Ok(Self { root: absolute(&root)?, config })
    }

    /// Notes another key id, in one step: the file says the old one or the new one and is never half written.
    pub(crate) fn note_key(&mut self, key_id: &str) -> Result<()> {
        key_id.clone_into(&mut self.config.key_id);
        let (path, beside) = (self.root.join(CONFIG), self.root.join(format!(".{CONFIG}.new")));
        let write = || {
            let mut file = fs::File::create(&beside)?;
            file.write_all(toml::to_string(&self.config).map_err(std::io::Error::other)?.as_bytes())?;
            file.sync_all()?;
            fs::rename(&beside, &path)?;
            fs::File::open(&self.root)?.sync_all()
        };
        write().with_context(|| format!("cannot write {}", path.display()))
    }

    /// True when a home is there already.
    pub(crate) fn exists(root: &Path) -> bool {
        root.join(CONFIG).exists()
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn key(&self) -> &Path {
        &self.config.key
    }

    pub(crate) fn key_id(&self) -> &str {
        &self.config.key_id
    }

    pub(crate) fn is_synthetic(&self) -> bool {
        self.config.synthetic
    }

    /// The bucket of the tables; none when they lie in the folder.
    pub(crate) fn tables(&self) -> Option<&Tables> {
        self.config.warehouse.as_ref()
    }

    /// The folder of the tables, when they lie in no bucket.
    pub(crate) fn warehouse(&self) -> PathBuf {
        self.root.join("warehouse")
    }

    pub(crate) fn register(&self) -> PathBuf {
        self.root.join("identity.sqlite")
    }

    pub(crate) fn ledger(&self) -> PathBuf {
        self.root.join("ledger.sqlite")
    }

    /// The ledger's last known head, outside the home folder: a restored backup cannot bring spent budget back.
    pub(crate) fn ledger_head(&self) -> &Path {
        &self.config.ledger_head
    }

    pub(crate) fn published(&self) -> PathBuf {
        self.root.join("published")
    }

    /// Where a query puts what does not fit in memory. Inside the home, because it is case data.
    pub(crate) fn spill(&self) -> PathBuf {
        self.root.join("spill")
    }

    pub(crate) fn rejections(&self) -> PathBuf {
        self.root.join("rejections")
    }

    /// The parts that change together; the tables lie here.
    pub(crate) fn places(&self, warehouse: Place) -> OwnedPlaces {
        OwnedPlaces {
            home: self.root.clone(),
            warehouse,
            register: self.register(),
            rejections: self.rejections(),
            spill: self.spill(),
        }
    }

    /// Hashes of the tokens of projects; the public server reads it.
    pub(crate) fn tokens(&self) -> PathBuf {
        self.root.join("tokens.json")
    }

    /// What projects ask for; the public server writes it.
    pub(crate) fn requests(&self) -> PathBuf {
        self.root.join("requests")
    }
}
