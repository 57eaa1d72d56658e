//! Exit codes: what a script learns from how a command ended, and which error means which.

use std::fmt;

use panoh_cluster::ClusterError;
use panoh_custody::CustodyError;
use panoh_dictionary::DictionaryError;
use panoh_gateway::GatewayError;
use panoh_identity::IdentityError;
use panoh_intake::IntakeError;
use panoh_ledger::LedgerError;
use panoh_publication::{ArtefactError, DefinitionError};
use panoh_release::ReleaseError;
use panoh_requests::RequestsError;
use panoh_warehouse::WarehouseError;

/// Documented in `panoh --help`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    Ok = 0,
    Internal = 1,
    Usage = 2,
    RefusedInPart = 3,
    RefusedWhole = 4,
    Key = 5,
    Budget = 6,
    Interrupted = 130,
}

/// An error that knows its exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    code: Code,
    message: String,
}

impl Failure {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl From<Code> for std::process::ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code as u8)
    }
}

/// The exit code that an error stands for: the first cause in its chain that says one.
pub(crate) fn code_of(error: &anyhow::Error) -> Code {
    error.chain().find_map(code_of_cause).unwrap_or(Code::Internal)
}

fn code_of_cause(cause: &(dyn std::error::Error + 'static)) -> Option<Code> {
    if let Some(failure) = cause.downcast_ref::<Failure>() {
        return Some(failure.code);
    }
    if let Some(custody) = cause.downcast_ref::<CustodyError>() {
        return match custody {
            CustodyError::Intake(IntakeError::Read { .. })
            | CustodyError::Busy { .. }
            | CustodyError::UnknownTable(_) => Some(Code::Usage),
            CustodyError::Intake(_) | CustodyError::Changed { .. } => Some(Code::RefusedWhole),
            CustodyError::OtherKey { .. } | CustodyError::RotationPending { .. } => Some(Code::Key),
            CustodyError::Identity(identity) => code_of_key(identity),
            _ => None,
        };
    }
    if let Some(intake) = cause.downcast_ref::<IntakeError>() {
        return Some(if matches!(intake, IntakeError::Read { .. }) { Code::Usage } else { Code::RefusedWhole });
    }
    if let Some(release) = cause.downcast_ref::<ReleaseError>() {
        return match release {
            ReleaseError::TooNoisy { .. } => Some(Code::Budget),
            ReleaseError::ListedUnknown { .. } => Some(Code::Key),
            ReleaseError::Ledger(ledger) => code_of_ledger(ledger),
            ReleaseError::Dimension { .. }
            | ReleaseError::UnknownFrame { .. }
            | ReleaseError::FrameColumn { .. }
            | ReleaseError::NotWhole { .. }
            | ReleaseError::Series { .. }
            | ReleaseError::AskedBefore { .. }
            | ReleaseError::NotYet { .. }
            | ReleaseError::Busy { .. }
            | ReleaseError::Privacy(_)
            | ReleaseError::Definition(_) => Some(Code::Usage),
            ReleaseError::Artefact(ArtefactError::Io { .. }) => None,
            ReleaseError::Uncounted { .. } | ReleaseError::Unsound { .. } | ReleaseError::Artefact(_) => {
                Some(Code::RefusedWhole)
            }
            _ => None,
        };
    }
    if let Some(RequestsError::Broken { .. }) = cause.downcast_ref::<RequestsError>() {
        return Some(Code::RefusedWhole);
    }
    if let Some(warehouse) = cause.downcast_ref::<WarehouseError>() {
        return code_of_question(warehouse);
    }
    if let Some(cluster) = cause.downcast_ref::<ClusterError>() {
        return code_of_cluster(cluster);
    }
    if let Some(gateway) = cause.downcast_ref::<GatewayError>() {
        return code_of_gateway(gateway);
    }
    if cause.is::<DictionaryError>() || cause.is::<DefinitionError>() {
        return Some(Code::Usage);
    }
    if let Some(artefact) = cause.downcast_ref::<ArtefactError>() {
        return (!matches!(artefact, ArtefactError::Io { .. })).then_some(Code::RefusedWhole);
    }
    cause
        .downcast_ref::<IdentityError>()
        .and_then(code_of_key)
        .or_else(|| cause.downcast_ref::<LedgerError>().and_then(code_of_ledger))
}

fn code_of_key(error: &IdentityError) -> Option<Code> {
    match error {
        IdentityError::KeyExists { .. }
        | IdentityError::KeyWrite { .. }
        | IdentityError::KeyMissing { .. }
        | IdentityError::KeyRead { .. }
        | IdentityError::KeyOpenToOthers { .. }
        | IdentityError::KeyInsideHome { .. }
        | IdentityError::KeyFormat { .. }
        | IdentityError::KeyDamaged { .. }
        | IdentityError::KeyOther { .. }
        | IdentityError::KeyLater { .. }
        | IdentityError::KeyChanged { .. }
        | IdentityError::KeyChainLong { .. }
        | IdentityError::PassphraseMissing { .. }
        | IdentityError::PassphraseWrong { .. }
        | IdentityError::RotationUnfinished { .. }
        | IdentityError::RegisterKey { .. }
        | IdentityError::RegisterMissing { .. }
        | IdentityError::RegisterExists { .. } => Some(Code::Key),
        IdentityError::PassphraseShort { .. }
        | IdentityError::RecoveryLine { .. }
        | IdentityError::RecoveryMixed
        | IdentityError::SeveralFit
        | IdentityError::NoAlias => Some(Code::Usage),
        _ => None,
    }
}

fn code_of_ledger(error: &LedgerError) -> Option<Code> {
    match error {
        LedgerError::OverBudget { .. } => Some(Code::Budget),
        LedgerError::BrokenChain { .. }
        | LedgerError::HeadMissing { .. }
        | LedgerError::HeadUnreadable { .. }
        | LedgerError::OlderThanHead { .. }
        | LedgerError::OtherHistory { .. } => Some(Code::Key),
        LedgerError::ReleaseUnknown { .. } | LedgerError::NotPublished { .. } => Some(Code::Usage),
        _ => None,
    }
}

fn code_of_cluster(error: &ClusterError) -> Option<Code> {
    match error {
        ClusterError::Warehouse(warehouse) => code_of_question(warehouse),
        ClusterError::Address(_)
        | ClusterError::Analyze
        | ClusterError::Join
        | ClusterError::Window
        | ClusterError::Exposed { .. }
        | ClusterError::Unspecified { .. }
        | ClusterError::Listen { .. }
        | ClusterError::FolderTaken { .. } => Some(Code::Usage),
        _ => None,
    }
}

fn code_of_gateway(error: &GatewayError) -> Option<Code> {
    match error {
        GatewayError::Warehouse(warehouse) => code_of_question(warehouse),
        GatewayError::Tls { .. }
        | GatewayError::Users { .. }
        | GatewayError::UsersDamaged { .. }
        | GatewayError::UsersOpenToOthers { .. }
        | GatewayError::UsersInsideHome { .. } => Some(Code::Key),
        GatewayError::Audit { .. } | GatewayError::Threads(_) | GatewayError::Random => None,
        _ => Some(Code::Usage),
    }
}

fn code_of_question(error: &WarehouseError) -> Option<Code> {
    if matches!(error, WarehouseError::BucketRefused { .. }) {
        return Some(Code::Key);
    }
    if matches!(error, WarehouseError::Run(_)) {
        return error.is_of_question().then_some(Code::Usage);
    }
    matches!(
        error,
        WarehouseError::NotReadOnly { .. }
            | WarehouseError::Exists { .. }
            | WarehouseError::Mistaken { .. }
            | WarehouseError::Plan(_)
            | WarehouseError::VersionGone { .. }
            | WarehouseError::VersionMissing { .. }
            | WarehouseError::VersionOfCases { .. }
            | WarehouseError::UnknownDimension { .. }
            | WarehouseError::UnknownCode { .. }
            | WarehouseError::Twice(_)
            | WarehouseError::Years { .. }
            | WarehouseError::Absent { .. }
            | WarehouseError::Path { .. }
            | WarehouseError::NoBucket { .. }
            | WarehouseError::Unfinished { .. }
    )
    .then_some(Code::Usage)
}
