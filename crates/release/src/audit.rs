//! Whether ledger and public releases say the same: everything that can be worked out from `published/` is worked out
//! again and held against the chain.

use std::collections::BTreeMap;
use std::path::Path;

use panoh_ledger::{CohortBudget, Entry, Head, Ledger, NanoRho, Purpose, Standing, State};
use panoh_publication::PublicKey;
use serde::Serialize;

use crate::ReleaseError;
use crate::evidence::{Found, found, release_folders};

/// What was found. Ledger and public releases agree when `findings` is empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Audit {
    /// Head of the chain; every entry up to it carries its seal, and the head file is not ahead of it.
    pub head: Head,
    /// How many releases stand in each state.
    pub releases: BTreeMap<&'static str, u64>,
    /// Each cohort that was charged, as the ledger has it and as it follows from what stands in public.
    pub cohorts: Vec<AuditedCohort>,
    /// What is not as it should be, with what to do.
    pub findings: Vec<Finding>,
    /// What this check cannot see.
    pub not_shown: Vec<String>,
}

/// What one cohort spent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditedCohort {
    /// The cohort.
    pub cohort: String,
    /// Spent as the ledger has it.
    pub ledger: NanoRho,
    /// Follows from releases that are public.
    pub published: NanoRho,
    /// Follows from the notes about withdrawn releases.
    pub withdrawn: NanoRho,
    /// Releases that were given up or are not finished: the ledger alone knows them.
    pub not_public: NanoRho,
    /// Counted by a reconciliation for what was lost.
    pub counted: NanoRho,
}

/// One thing that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The release, folder or cohort.
    pub place: String,
    /// What is wrong and what to do.
    pub rule: String,
}

/// Checks the whole chain against everything that stands in public, and that `signer` signed it. Reads only; a run that is
/// going on shows as a finding.
pub fn audit(ledger: &mut Ledger, published: &Path, signer: &PublicKey) -> Result<Audit, ReleaseError> {
    ledger.check()?;
    let mut audit = Audit {
        head: ledger.head()?,
        releases: BTreeMap::new(),
        cohorts: Vec::new(),
        findings: Vec::new(),
        not_shown: [
            "that releases which were given up cost what the ledger says: nothing of them is public",
            "that ledger, head file and published releases are not all older copies of one day",
        ]
        .map(str::to_owned)
        .to_vec(),
    };
    let entries = ledger.releases()?;
    let mut standing = audit.read_all(published, signer, &entries)?;
    let mut accounts: BTreeMap<String, Account> = BTreeMap::new();
    for entry in &entries {
        *audit.releases.entry(entry.state.name()).or_default() += 1;
        let release = standing.remove(&entry.release_id);
        if let Some(release) = &release {
            audit.compare(entry, release, ledger)?;
        }
        audit.check_state(entry, release.as_ref(), published);
        account(&mut accounts, entry, release.as_ref());
    }
    audit.compare_accounts(ledger, &accounts)?;
    audit.compare_list(ledger, published)?;
    Ok(audit)
}

/// What follows for a cohort.
#[derive(Default)]
struct Account {
    published: NanoRho,
    withdrawn: NanoRho,
    not_public: NanoRho,
    by_purpose: [NanoRho; 3],
}

/// Adds a release to its cohorts: by what stands in public, or by the ledger when nothing does.
fn account(accounts: &mut BTreeMap<String, Account>, entry: &Entry, release: Option<&Standing>) {
    let (cohorts, purpose, rho) = match release {
        Some(release) => (&release.cohorts, release.purpose, release.rho),
        None => (&entry.cohorts, entry.purpose, entry.nano_rho),
    };
    for cohort in cohorts {
        let account = accounts.entry(cohort.clone()).or_default();
        let part = match (release, &entry.state) {
            (Some(release), _) if release.withdrawn.is_some() => &mut account.withdrawn,
            (Some(_), _) => &mut account.published,
            (None, _) => &mut account.not_public,
        };
        *part = part.plus(rho);
        let of_purpose = &mut account.by_purpose[purpose as usize];
        *of_purpose = of_purpose.plus(rho);
    }
}

impl Audit {
    fn find(&mut self, place: impl Into<String>, rule: impl Into<String>) {
        self.findings.push(Finding { place: place.into(), rule: rule.into() });
    }

    /// Reads and verifies every folder. What is damaged or unknown to the ledger is a finding.
    fn read_all(
        &mut self,
        published: &Path,
        signer: &PublicKey,
        entries: &[Entry],
    ) -> Result<BTreeMap<String, Standing>, ReleaseError> {
        let mut all = BTreeMap::new();
        for dir in release_folders(published)? {
            let standing = match found(&dir).and_then(|found: Found| found.signed_by(signer, &dir)?.standing()) {
                Ok(standing) => standing,
                Err(error) => {
                    let rule = format!("{error}; put the original back, for example from the public host");
                    self.find(dir.display().to_string(), rule);
                    continue;
                }
            };
            if !entries.iter().any(|entry| entry.release_id == standing.release_id) {
                self.find(
                    &standing.release_id,
                    "is public and the ledger does not know it; `panoh budget reconcile` charges it, or take the folder \
                     away if it came from elsewhere",
                );
            }
            all.insert(standing.release_id.clone(), standing);
        }
        Ok(all)
    }

    /// A release as the ledger has it and as it stands in public.
    fn compare(&mut self, entry: &Entry, release: &Standing, ledger: &mut Ledger) -> Result<(), ReleaseError> {
        let digest = match &entry.state {
            State::Published { artefact_digest, .. } | State::Withdrawn { artefact_digest, .. } => {
                Some(artefact_digest)
            }
            State::Reserved | State::Void { .. } => None,
        };
        let mut cohorts = release.cohorts.clone();
        cohorts.sort_unstable();
        // The seal of an entry that was lost is gone; its number is what a reconciliation wrote down.
        let at_its_place = release.head.count == entry.sequence
            && (entry.reconciled || release.head.mac.is_empty() || ledger.has(&release.head)?);
        let rules = [
            (digest.is_none_or(|digest| *digest == release.artefact_digest), "its digest is not the one in the ledger"),
            (release.definition_digest == entry.definition_digest, "its definition is not the one that was charged"),
            (release.rho == entry.nano_rho, "its rho is not the one that was charged"),
            (cohorts == entry.cohorts, "its cohorts are not those that were charged"),
            (release.purpose == entry.purpose, "its purpose is not the one that was charged"),
            (at_its_place, "it names another entry of the ledger than the one that charged it"),
        ];
        for (_, rule) in rules.iter().filter(|(holds, _)| !holds) {
            self.find(&entry.release_id, format!("{rule}; put the original back"));
        }
        Ok(())
    }

    /// What must and must not stand in public for each state.
    fn check_state(&mut self, entry: &Entry, release: Option<&Standing>, published: &Path) {
        let is_note = release.is_some_and(|release| release.withdrawn.is_some());
        let damaged = release.is_none() && published.join(&entry.release_id).is_dir();
        let rule = match (&entry.state, release) {
            _ if damaged => return, // found when it was read
            (State::Reserved, _) => {
                "is charged and not finished: a run is going on, or ended early; the next `panoh release publish` \
                 settles it"
            }
            (State::Published { .. }, None) => "is published and its folder is not there; put it back",
            (State::Published { .. }, Some(_)) if is_note => {
                "was withdrawn and the ledger does not know; run `panoh budget reconcile`"
            }
            (State::Void { .. }, Some(_)) => "was given up and must not stand in public; take the folder away",
            (State::Withdrawn { .. }, None) => "was withdrawn and its note is not there; withdraw it again",
            (State::Withdrawn { .. }, Some(_)) if !is_note => {
                "was withdrawn and its figures are still there; withdraw it again"
            }
            _ => return,
        };
        self.find(&entry.release_id, rule);
    }

    /// Every account of the ledger must be what its releases come to; where a part was lost it may be more, never less.
    fn compare_accounts(
        &mut self,
        ledger: &mut Ledger,
        accounts: &BTreeMap<String, Account>,
    ) -> Result<(), ReleaseError> {
        let budget = ledger.budget()?;
        let mut names: Vec<&String> = accounts.keys().chain(budget.cohorts.iter().map(|one| &one.cohort)).collect();
        names.sort_unstable();
        names.dedup();
        let none = Account::default();
        for name in names {
            let (known, account) = (budget.cohort(name), accounts.get(name).unwrap_or(&none));
            let may_be_more = budget.floor.as_ref().is_some_and(|floor| floor.holds_for(name));
            if !Purpose::ALL.iter().all(|purpose| agrees(&known, account, *purpose, may_be_more)) {
                self.find(format!("cohort {name}"), "the ledger has another sum than its releases come to");
            }
            let followed = account.published.plus(account.withdrawn).plus(account.not_public);
            self.cohorts.push(AuditedCohort {
                cohort: name.clone(),
                ledger: known.spent(),
                published: account.published,
                withdrawn: account.withdrawn,
                not_public: account.not_public,
                counted: known.spent().minus(followed),
            });
        }
        Ok(())
    }

    /// The public list must name every release that was given up or withdrawn.
    fn compare_list(&mut self, ledger: &mut Ledger, published: &Path) -> Result<(), ReleaseError> {
        let listing = match panoh_publication::read_listing(published) {
            Ok(listing) => listing,
            Err(error) => {
                self.find("withdrawn.json", format!("{error}; the next `panoh release publish` writes it anew"));
                return Ok(());
            }
        };
        for release in crate::withdraw::unknown(&listing, ledger)? {
            let rule = "is not in the ledger, of which a part is lost; `panoh budget reconcile` counts what it cost";
            self.find(format!("withdrawn.json, {release}"), rule);
        }
        let entries = ledger.releases()?;
        let is_known = |id: &panoh_publication::Slug| entries.iter().any(|entry| entry.release_id == id.as_str());
        let void = listing.void.iter().filter(|void| is_known(&void.id)).map(|void| void.id.to_string());
        let withdrawn = listing.withdrawn.iter().filter(|note| is_known(&note.id)).map(|note| note.id.to_string());
        let (void, withdrawn): (Vec<String>, Vec<String>) = (void.collect(), withdrawn.collect());
        let of_state = |name: &str, entries: &[Entry]| -> Vec<String> {
            entries.iter().filter(|entry| entry.state.name() == name).map(|entry| entry.release_id.clone()).collect()
        };
        if void != of_state("void", &entries) || withdrawn != of_state("withdrawn", &entries) {
            self.find(
                "withdrawn.json",
                "does not list what was given up and withdrawn; the next `panoh release publish` writes it anew",
            );
        }
        Ok(())
    }
}

fn agrees(known: &CohortBudget, account: &Account, purpose: Purpose, may_be_more: bool) -> bool {
    let (ledger, followed) = (known.spent_on(purpose), account.by_purpose[purpose as usize]);
    ledger == followed || (may_be_more && ledger > followed)
}

#[cfg(test)]
mod tests;
