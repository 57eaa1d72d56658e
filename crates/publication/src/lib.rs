//! Defines the bytes of a release and of a definition, and the arithmetic on released cubes: slice, roll up, error bar.
//!
//! The crate is pure: apart from reading and writing artefact folders it touches nothing. It knows no case, no person
//! and no noise; everything in it may be shown to the public. It is the one crate that both the trusted host, which
//! makes releases, and the public host, which serves them, link.
//!
//! ```text
//! queries/releases/*.toml ─► Definition ─► (release: plan, noise, rebuild) ─► Draft ─► write ─► published/<id>/
//!                                                                                                   │
//!                                            server ◄── Cube: slice, roll_up, difference ◄── read ◄─┘
//! ```

mod amounts;
mod artefact;
mod compare;
mod csv_text;
mod cube;
mod definition;
mod dimension;
mod error;
mod figures;
mod joint;
mod lang;
mod names;
mod normal;
mod quality;
mod ratio;
mod release;
mod signature;
mod slice;
mod statements;
mod withdrawal;

pub use amounts::{Delta, HalfWidth, Rho, Weight};
pub use artefact::{Artefact, Draft, FORMAT_VERSION, Files, Written, discard, files, read, write};
pub use compare::{Change, Comparison, compare};
pub use csv_text::{guarded, rounded};
pub use cube::{Cube, CubeTable, RollUp, SecondColumn};
pub use definition::{
    Audience, Break, Codes, Cohorts, Definition, DefinitionFields, DimensionWanted, NO_YEAR, NonNegativeColumn,
    Objective, Purpose, TableWanted, Translation, Translations, VICTIMS, YEAR, is_reserved,
};
pub use dimension::{Dimension, DimensionCode, Group, Level, NOT_KNOWN, OTHER, WINDOW_NOT_COMPLETE};
pub use error::{ArtefactError, CubeError, DefinitionError};
pub use figures::{Figure, Reading, figures};
pub use joint::{Joint, Marginal, Taken, dimensions_together, members, only_year};
pub use lang::Lang;
pub use names::{Day, Labels, Slug};
pub use normal::inverse_normal;
pub use quality::{CONFIDENCE, NORMAL_QUANTILE, Quality, Value, half_width, quality, simultaneous_threshold};
pub use ratio::{Pair, Ratio};
pub use release::{CohortRho, Privacy, Query, Release, TableInfo};
pub use signature::{PublicKey, Signer};
pub use slice::Slice;
pub use withdrawal::{Listing, Reason, Void, Withdrawal, read_listing, read_withdrawal, withdraw, write_listing};
