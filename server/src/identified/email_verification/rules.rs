use std::num::NonZeroU32;

use undersign_protocol::email_verification::{AddressError, CodeError, RequestDigest};
use undersign_protocol::timestamp::{DAY, Timestamp};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::gather::GatherError;
use crate::key_directory::KeyError;
use crate::storage::{FromStorage, StorageError};

/// Wrong codes and check numbers after which a verification is void.
pub const MAX_TRIES: u64 = 5;
/// Wrong codes of the whole installation in a minute, above which codes are answered `use-the-link`: a forgery by guessing takes
/// three years, and whoever floods can switch codes off but never links.
pub const MAX_WRONG_CODES_A_MINUTE: NonZeroU32 = NonZeroU32::new(60).unwrap();
/// Seconds in which a mail can be answered.
pub const LIFETIME: u64 = DAY;
/// Bytes of an encoded [`Sealed`].
pub const SEALED_SIZE: usize = 1 + 16 + 8 + 32 + 32 + 1;

/// Why an address is not verified.
#[derive(Debug, thiserror::Error)]
pub enum VerificationError {
    /// Not an address.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The operator takes no addresses of this domain.
    #[error("addresses of this domain are not taken")]
    ProviderRefused,
    /// Many mails are asked for, or the proof of work that came is not to be taken.
    #[error("a proof of work is needed")]
    ProofRequired,
    /// The library of proofs failed.
    #[error("proofs of work: {0}")]
    Challenge(String),
    /// Not eight digits.
    #[error(transparent)]
    CodeForm(#[from] CodeError),
    /// The check number is not two digits.
    #[error("a check number is two digits")]
    CheckForm,
    /// Forged, foreign, of the other kind, or expired.
    #[error("not a live link or verification")]
    NotValid,
    /// Another code.
    #[error("wrong code")]
    WrongCode,
    /// Another check number.
    #[error("wrong check number")]
    WrongCheckNumber,
    /// Five wrong ones before.
    #[error("five wrong tries")]
    AttemptsExhausted,
    /// Too many wrong codes in the whole installation.
    #[error("codes are not taken now")]
    UseTheLink,
    /// The request was confirmed for another address before.
    #[error("confirmed by another address")]
    ConfirmedByAnother,
    /// The tables were written with another tag key, evaluator's key or kind of tags: the same addresses would be new again.
    #[error(
        "the database was used with another tag key, another evaluator's key, or the other kind of tags: with these every address would \
         be new. Once every petition is closed, migrate --new-tags lets it go on with them"
    )]
    OtherTagKey,
    /// The evaluator is not asked as the configuration says.
    #[error("identified.evaluator: {0}")]
    Evaluator(String),
    /// The evaluator gives no tag now: it is away, at its limit, or not the one whose key is pinned.
    #[error("no tag now: {reason}")]
    NoTag {
        /// What is wrong, for the operator.
        reason: String,
        /// Seconds after which it is asked again.
        retry_after: u64,
    },
    /// The mail settings do not work.
    #[error("mail settings: {0}")]
    Mail(String),
    /// A key could not be read or kept.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// It was not done with the others that came at the same time.
    #[error(transparent)]
    Gathered(Box<GatherError<Self>>),
}

impl FromStorage for VerificationError {
    fn storage(&self) -> Option<&StorageError> {
        if let Self::Storage(error) = self { Some(error) } else { None }
    }
}

impl From<GatherError<Self>> for VerificationError {
    fn from(error: GatherError<Self>) -> Self {
        match error {
            GatherError::Failed(error) => error,
            other => Self::Gathered(Box::new(other)),
        }
    }
}

/// The keyed tag of an address: all that is ever kept of it. No `Debug`.
#[derive(Clone, PartialEq, Eq, ZeroizeOnDrop)]
pub struct Tag(pub [u8; 32]);

/// The random name of a verification: codes, tries and mails hang on it, and it tells nothing of the address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VerificationId(pub [u8; 16]);

/// Where a sealed text was given out. A link does not work as a verification, nor the other way round.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// In the mail.
    Link = 1,
    /// In the answer to the request.
    Verification = 2,
}

/// What a link or a verification says, sealed so that only this server reads it: 90 bytes.
#[derive(Clone)]
pub struct Sealed {
    /// Where it was given out.
    pub kind: Kind,
    /// Its name.
    pub id: VerificationId,
    /// Last moment.
    pub expires_at: Timestamp,
    /// Whose address.
    pub tag: Tag,
    /// For which request.
    pub request_digest: RequestDigest,
    /// `false` where a limit kept the mail back: it looks the same and confirms nothing.
    pub live: bool,
}

impl Sealed {
    /// The 90 bytes: `kind ‖ id[16] ‖ u64 expires_at ‖ tag[32] ‖ request_digest[32] ‖ live`.
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(SEALED_SIZE));
        out.push(self.kind as u8);
        out.extend_from_slice(&self.id.0);
        out.extend_from_slice(&self.expires_at.seconds().to_be_bytes());
        out.extend_from_slice(&self.tag.0);
        out.extend_from_slice(self.request_digest.as_bytes());
        out.push(u8::from(self.live));
        out
    }

    /// Reads them, when they are of this kind and not expired.
    pub fn decode(bytes: &[u8], kind: Kind, now: Timestamp) -> Result<Self, VerificationError> {
        let mut reader = undersign_protocol::codec::Reader::new(bytes);
        let invalid = |_| VerificationError::NotValid;
        let kind_byte = reader.u8().map_err(invalid)?;
        let sealed = Self {
            kind,
            id: VerificationId(reader.array().map_err(invalid)?),
            expires_at: Timestamp::from_seconds(reader.u64().map_err(invalid)?)
                .map_err(|_| VerificationError::NotValid)?,
            tag: Tag(reader.array().map_err(invalid)?),
            request_digest: RequestDigest::from(reader.array::<32>().map_err(invalid)?),
            live: reader.u8().map_err(invalid)? == 1,
        };
        reader.finish().map_err(invalid)?;
        if kind_byte == kind as u8 && now < sealed.expires_at { Ok(sealed) } else { Err(VerificationError::NotValid) }
    }
}

/// Oldest day whose rows and keys are kept: what was sealed yesterday may still be answered today.
pub fn oldest_day(now: Timestamp) -> u64 {
    now.day().saturating_sub(1)
}

/// What a sealed link or verification is bound to.
pub const SEALED_CONTEXT: &[u8] = b"undersign verification v1";

/// What a sealed tag is bound to.
pub const TAG_CONTEXT: &[u8] = b"undersign tag v1";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_seconds(seconds).expect("a time")
    }

    fn sealed(kind: Kind, live: bool) -> Sealed {
        Sealed {
            kind,
            id: VerificationId([1; 16]),
            expires_at: at(1_000),
            tag: Tag([2; 32]),
            request_digest: RequestDigest::from([3; 32]),
            live,
        }
    }

    #[test]
    fn a_link_is_no_verification_and_expires() {
        let bytes = sealed(Kind::Link, true).encode();
        assert_eq!(bytes.len(), SEALED_SIZE);
        assert!(Sealed::decode(&bytes, Kind::Link, at(999)).is_ok());
        assert!(Sealed::decode(&bytes, Kind::Verification, at(999)).is_err());
        assert!(Sealed::decode(&bytes, Kind::Link, at(1_000)).is_err());
    }

    #[test]
    fn what_a_limit_held_back_has_the_same_size() {
        assert_eq!(sealed(Kind::Link, true).encode().len(), sealed(Kind::Link, false).encode().len());
    }

    proptest! {
        #[test]
        fn what_decodes_encodes_to_the_same_bytes(
            mut bytes in proptest::collection::vec(any::<u8>(), 0..2 * SEALED_SIZE),
            right_size in any::<bool>(),
        ) {
            if right_size {
                bytes.resize(SEALED_SIZE, 0);
                bytes[0] = 1;
                bytes[17] = 0;
            }
            if let Ok(sealed) = Sealed::decode(&bytes, Kind::Link, at(0)) {
                prop_assert_eq!(&bytes[..SEALED_SIZE - 1], &sealed.encode()[..SEALED_SIZE - 1]);
            }
        }
    }
}
