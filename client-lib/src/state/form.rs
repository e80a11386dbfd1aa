use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use undersign_protocol::bytes::{from_base64url, to_base64url};
use undersign_protocol::issuance::{TokenKey, TokenRequest};
use undersign_protocol::petition::{BUNDLE_SIZE, PetitionId, Slug};
use undersign_protocol::redemption::{Nonce, WithdrawalKey};
use undersign_protocol::timestamp::Timestamp;
use zeroize::Zeroizing;

use super::Saved;
use crate::blind::BlindingSecret;
use crate::endpoints::Endpoints;
use crate::journey::{Blinded, Confirmed, HeldToken, Prepared, Run, Spoiled, Terms, TokenHeld, Verification};

/// Changes with every change of the form: 2 can hold withdrawal keys.
pub const VERSION: u32 = 2;

/// The oldest that is still read: what was begun with it holds tokens that cannot be issued again.
pub const OLDEST_VERSION: u32 = 1;

/// The part of the file that every version has.
#[derive(Deserialize)]
pub struct Version {
    pub version: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub version: u32,
    pub state: Form,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Form {
    Prepared { terms: Box<Terms>, run: Vec<Element>, wanted: usize, verification: Option<Secret> },
    Confirmed { terms: Box<Terms>, run: Vec<Element>, wanted: usize },
    TokenHeld { terms: Box<Terms>, wanted: Box<Held>, others: Vec<Held>, issued_at: Timestamp, redeem_at: Timestamp },
    Spoiled { petition_id: PetitionId, slug: Slug, endpoints: Endpoints },
}

/// A [`Blinded`].
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Element {
    petition_id: PetitionId,
    slug: Slug,
    token_key: TokenKey,
    nonce: Nonce,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    withdrawal_key: Option<WithdrawalKey>,
    blinded_msg: Secret,
    blinding_secret: Secret,
}

/// A [`HeldToken`].
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    petition_id: PetitionId,
    slug: Slug,
    token_key: TokenKey,
    token: Secret,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    withdrawal_key: Option<WithdrawalKey>,
}

/// Bytes, base64url in JSON, wiped when dropped.
pub struct Secret(Zeroizing<Vec<u8>>);

impl Form {
    pub fn of_prepared(state: &Prepared) -> Self {
        let verification = state.verification.as_ref().map(|sealed| Secret::of(sealed.as_str().as_bytes()));
        Self::Prepared { terms: state.terms.clone(), run: elements(&state.run), wanted: state.run.wanted, verification }
    }

    pub fn of_confirmed(state: &Confirmed) -> Self {
        Self::Confirmed { terms: state.terms.clone(), run: elements(&state.run), wanted: state.run.wanted }
    }

    pub fn of_token_held(state: &TokenHeld) -> Self {
        Self::TokenHeld {
            terms: state.terms.clone(),
            wanted: Box::new(Held::of(&state.wanted)),
            others: state.others.iter().map(Held::of).collect(),
            issued_at: state.issued_at,
            redeem_at: state.redeem_at,
        }
    }

    pub fn of_spoiled(state: &Spoiled) -> Self {
        let Spoiled { petition_id, slug, endpoints } = state.clone();
        Self::Spoiled { petition_id, slug, endpoints }
    }

    /// `None` where the parts do not fit each other.
    pub fn restore(self) -> Option<Saved> {
        Some(match self {
            Self::Prepared { terms, run, wanted, verification } => {
                let run = restore_run(run, wanted, &terms)?;
                let verification = match verification {
                    None => None,
                    Some(sealed) => Some(sealed.into_verification()?),
                };
                Saved::Prepared(Prepared { terms, run, verification })
            }
            Self::Confirmed { terms, run, wanted } => {
                Saved::Confirmed(Confirmed { run: restore_run(run, wanted, &terms)?, terms })
            }
            Self::TokenHeld { terms, wanted, others, issued_at, redeem_at } => {
                let wanted = Box::new(wanted.restore()?);
                let others = others.into_iter().map(Held::restore).collect::<Option<_>>()?;
                let held = TokenHeld { terms, wanted, others, issued_at, redeem_at };
                fits(&held).then_some(Saved::TokenHeld(held))?
            }
            Self::Spoiled { petition_id, slug, endpoints } => Saved::Spoiled(Spoiled { petition_id, slug, endpoints }),
        })
    }
}

/// The token is for the petition that the state names, and its wait keeps the petition's rule.
fn fits(held: &TokenHeld) -> bool {
    let challenge = held.terms.challenge(&held.terms.petition_id);
    held.wanted.petition_id() == held.terms.petition_id
        && held.wanted.token().input.challenge_digest == challenge.digest()
        && held.redeem_at >= held.earliest_redemption()
}

fn elements(run: &Run) -> Vec<Element> {
    let element = |blinded: &Blinded| Element {
        petition_id: blinded.petition_id,
        slug: blinded.slug.clone(),
        token_key: blinded.key,
        nonce: blinded.nonce,
        withdrawal_key: blinded.withdrawal_key.clone(),
        blinded_msg: Secret::of(&blinded.request.blinded_msg),
        blinding_secret: Secret::of(blinded.secret.expose()),
    };
    run.elements.iter().map(element).collect()
}

fn restore_run(run: Vec<Element>, wanted: usize, terms: &Terms) -> Option<Run> {
    let fits = run.len() <= BUNDLE_SIZE && run.get(wanted)?.petition_id == terms.petition_id;
    let elements = run.into_iter().map(Element::restore).collect::<Option<_>>()?;
    fits.then_some(Run { elements, wanted })
}

impl Element {
    fn restore(self) -> Option<Blinded> {
        let blinded_msg = self.blinded_msg.0.as_slice().try_into().ok()?;
        self.token_key.in_range(&blinded_msg).then_some(())?;
        self.withdrawal_key.as_ref().is_none_or(|key| key.nonce() == self.nonce).then_some(())?;
        Some(Blinded {
            petition_id: self.petition_id,
            slug: self.slug,
            key: self.token_key,
            nonce: self.nonce,
            withdrawal_key: self.withdrawal_key,
            request: TokenRequest { truncated_token_key_id: self.token_key.id().truncated(), blinded_msg },
            secret: BlindingSecret::try_from(self.blinding_secret.0.as_slice()).ok()?,
        })
    }
}

impl Held {
    fn of(token: &HeldToken) -> Self {
        Self {
            petition_id: token.petition_id(),
            slug: token.slug().clone(),
            token_key: *token.key(),
            token: Secret::of(token.encoded()),
            withdrawal_key: token.withdrawal_key().cloned(),
        }
    }

    fn restore(self) -> Option<HeldToken> {
        HeldToken::from_saved(self.petition_id, self.slug, self.token_key, &self.token.0, self.withdrawal_key).ok()
    }
}

impl Secret {
    fn of(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }

    fn into_verification(self) -> Option<Verification> {
        Verification::from_saved(std::str::from_utf8(&self.0).ok()?.to_owned())
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(to_base64url(&self.0)))
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        from_base64url(&text).map(|bytes| Self(Zeroizing::new(bytes))).map_err(de::Error::custom)
    }
}
