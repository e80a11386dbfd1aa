use undersign_protocol::codec::DecodeError;
use undersign_protocol::petition::ManifestError;

/// What is wrong with a log, or with what is said about it. Each reason has one name, which is an interface: scripts and other
/// auditors compare it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Defect {
    /// An entry bundle is not so many entries behind their lengths.
    #[error("the bundle that begins here is not well-formed: {0}")]
    Bundle(DecodeError),
    /// The bytes are no entry of any kind.
    #[error("this is not an entry: {0}")]
    Entry(DecodeError),
    /// Entry 0 is of another kind.
    #[error("the first entry is not the petition")]
    FirstEntry,
    /// The manifest breaks a rule, or its organiser's signature is not valid.
    #[error("the petition in the log is not valid: {0}")]
    Manifest(ManifestError),
    /// The manifest is that of another petition.
    #[error("the log begins with another petition")]
    PetitionId,
    /// A manifest after entry 0.
    #[error("a petition stands in the middle of the log")]
    SecondManifest,
    /// The token names another key.
    #[error("the token is of another key")]
    KeyId,
    /// The token was made for another petition, issuer or origin.
    #[error("the token is for another petition")]
    Challenge,
    /// The token's RSA signature is not valid.
    #[error("the token's signature is not valid")]
    Signature,
    /// A token with this nonce stands in the log before.
    #[error("this token's number was counted before")]
    NonceTwice,
    /// The revealed key does not give the nonce.
    #[error("the key of the withdrawal does not fit the number that it withdraws")]
    WithdrawalKey,
    /// This nonce was withdrawn before.
    #[error("this signature was withdrawn before")]
    WithdrawnTwice,
    /// No signature in the whole tree has this nonce.
    #[error("a signature is withdrawn that is not in the log")]
    WithdrawalOfNothing,
    /// A signature or withdrawal that no issuance statement precedes.
    #[error("the batch does not begin with an issuance statement")]
    OutsideBatch,
    /// An issuance statement that no signature or withdrawal follows.
    #[error("an issuance statement stands without a batch")]
    EmptyBatch,
    /// A batch that is not in ascending order of its leaf hashes.
    #[error("the batch is not sorted")]
    Unsorted,
    /// The issuance statement's signature is not the issuer's.
    #[error("the issuance statement is not signed by the issuer")]
    StatementSignature,
    /// The issued count is lower than an earlier one.
    #[error("the issued count fell from {before} to {now}")]
    IssuedFell {
        /// The earlier count.
        before: u64,
        /// This count.
        now: u64,
    },
    /// With this signature there are more than tokens were issued.
    #[error("there are more signatures than the {issued} tokens that were issued by then")]
    MoreThanIssued {
        /// The count of the last statement.
        issued: u64,
    },
    /// The close statement's signature is not the issuer's.
    #[error("the close statement is not signed by the issuer")]
    CloseSignature,
    /// Something other than a notice after the close statement.
    #[error("after the close statement only notices may follow")]
    AfterClose,
    /// A notice that is not of its form.
    #[error("the notice is not valid: {0}")]
    Notice(String),
    /// A notice about another petition.
    #[error("the notice is about another petition")]
    NoticePetition,
    /// The notice's signature is not that of the signer that it names.
    #[error("the notice is not signed by the one whom it names")]
    NoticeSignature,
    /// The entries do not give the root that the log's key has signed.
    #[error("the first {tree_size} entries do not give the root that the log has signed")]
    Root {
        /// Size of the signed tree.
        tree_size: u64,
    },
    /// The log's key has signed two roots for one size.
    #[error("the log has signed two different trees of {tree_size} entries")]
    Forked {
        /// Size of both trees.
        tree_size: u64,
    },
    /// The log is smaller than one that it has signed before.
    #[error("the log has {shown} entries, fewer than the {remembered} that it has signed before")]
    Shrunk {
        /// Size of the earlier tree.
        remembered: u64,
        /// Size of the one that is shown now.
        shown: u64,
    },
    /// The log holds what it has signed now, but not what it has signed before.
    #[error("the first {tree_size} entries are not those that the log has signed before: it was rewritten")]
    Rewritten {
        /// Size of the earlier tree.
        tree_size: u64,
    },
    /// A number of the shown total is not the recounted one.
    #[error("the shown total is wrong: {counted} {number} are in the log, {shown} are shown")]
    Total {
        /// Which number.
        number: &'static str,
        /// As it is shown.
        shown: u64,
        /// As it was recounted.
        counted: u64,
    },
    /// The log goes on where the audit was ended.
    #[error("the log was not read to its end")]
    Unfinished,
}

impl Defect {
    /// The reason's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Bundle(_) => "bundle",
            Self::Entry(_) => "entry",
            Self::FirstEntry => "first-entry",
            Self::Manifest(_) => "manifest",
            Self::PetitionId => "petition-id",
            Self::SecondManifest => "second-manifest",
            Self::KeyId => "key-id",
            Self::Challenge => "challenge",
            Self::Signature => "signature",
            Self::NonceTwice => "nonce-twice",
            Self::WithdrawalKey => "withdrawal-key",
            Self::WithdrawnTwice => "withdrawn-twice",
            Self::WithdrawalOfNothing => "withdrawal-of-nothing",
            Self::OutsideBatch => "outside-batch",
            Self::EmptyBatch => "empty-batch",
            Self::Unsorted => "unsorted",
            Self::StatementSignature => "statement-signature",
            Self::IssuedFell { .. } => "issued-fell",
            Self::MoreThanIssued { .. } => "more-than-issued",
            Self::CloseSignature => "close-signature",
            Self::AfterClose => "after-close",
            Self::Notice(_) => "notice",
            Self::NoticePetition => "notice-petition",
            Self::NoticeSignature => "notice-signature",
            Self::Root { .. } => "root",
            Self::Forked { .. } => "forked",
            Self::Shrunk { .. } => "shrunk",
            Self::Rewritten { .. } => "rewritten",
            Self::Total { .. } => "total",
            Self::Unfinished => "unfinished",
        }
    }
}

/// Why an audit failed, and at which entry. Of several defects it is the first in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditFailure {
    /// Index of the entry, from 0; `None` where it is about the log as a whole.
    pub entry: Option<u64>,
    /// What is wrong.
    pub defect: Defect,
}

impl AuditFailure {
    pub(super) fn at(entry: u64, defect: Defect) -> Self {
        Self { entry: Some(entry), defect }
    }

    pub(super) fn of_log(defect: Defect) -> Self {
        Self { entry: None, defect }
    }
}

impl std::fmt::Display for AuditFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.entry {
            Some(entry) => write!(f, "entry {entry}: {}", self.defect),
            None => write!(f, "{}", self.defect),
        }
    }
}

impl std::error::Error for AuditFailure {}
