use undersign_protocol::bytes::{from_base64url, to_base64url};
use undersign_protocol::issuance::{TokenKey, TokenRequest};
use undersign_protocol::json::{FromJson, JsonError, Member, Members, Object, ToJson, Value};
use undersign_protocol::petition::{BUNDLE_SIZE, PetitionId, Slug};
use undersign_protocol::redemption::{Nonce, WithdrawalKey};
use undersign_protocol::timestamp::Timestamp;
use zeroize::Zeroizing;

use super::Saved;
use crate::blind::BlindingSecret;
use crate::endpoints::Endpoints;
use crate::journey::{Blinded, Confirmed, HeldToken, Prepared, Run, Spoiled, Terms, TokenHeld, Verification};
use undersign_protocol::{json_object, serde_by_json};

/// Changes with every change of the form: 2 can hold withdrawal keys.
pub const VERSION: u32 = 2;

/// The oldest that is still read: what was begun with it holds tokens that cannot be issued again.
pub const OLDEST_VERSION: u32 = 1;

/// The part of the file that every version has.
pub struct Version {
    pub version: u32,
}

json_object!(@read open Version { version, });

pub struct File {
    pub version: u32,
    pub state: Form,
}

json_object!(strict File { version, state });

pub enum Form {
    Prepared { terms: Box<Terms>, run: Vec<Element>, wanted: usize, verification: Option<Secret> },
    Confirmed { terms: Box<Terms>, run: Vec<Element>, wanted: usize },
    TokenHeld { terms: Box<Terms>, wanted: Box<Held>, others: Vec<Held>, issued_at: Timestamp, redeem_at: Timestamp },
    Spoiled { petition_id: PetitionId, slug: Slug, endpoints: Endpoints },
}

impl FromJson for Form {
    fn from_json(value: &Value<'_>) -> Result<Self, JsonError> {
        let [Member { name, value, .. }] = value.object()? else { return Err(JsonError::new("not one state")) };
        let mut members = Members::of(value)?;
        let form = match &**name {
            "prepared" => Self::Prepared {
                terms: members.read("terms")?,
                run: members.read("run")?,
                wanted: members.read("wanted")?,
                verification: members.read("verification")?,
            },
            "confirmed" => Self::Confirmed {
                terms: members.read("terms")?,
                run: members.read("run")?,
                wanted: members.read("wanted")?,
            },
            "token_held" => Self::TokenHeld {
                terms: members.read("terms")?,
                wanted: members.read("wanted")?,
                others: members.read("others")?,
                issued_at: members.read("issued_at")?,
                redeem_at: members.read("redeem_at")?,
            },
            "spoiled" => Self::Spoiled {
                petition_id: members.read("petition_id")?,
                slug: members.read("slug")?,
                endpoints: members.read("endpoints")?,
            },
            _ => return Err(JsonError::new("an unknown state")),
        };
        members.finish()?;
        Ok(form)
    }
}

impl ToJson for Form {
    fn to_json(&self) -> Value<'_> {
        let (mut state, mut members) = (Object::new(), Object::new());
        let name = match self {
            Self::Prepared { terms, run, wanted, verification } => {
                members.member("terms", terms);
                members.member("run", run);
                members.member("wanted", wanted);
                members.member("verification", verification);
                "prepared"
            }
            Self::Confirmed { terms, run, wanted } => {
                members.member("terms", terms);
                members.member("run", run);
                members.member("wanted", wanted);
                "confirmed"
            }
            Self::TokenHeld { terms, wanted, others, issued_at, redeem_at } => {
                members.member("terms", terms);
                members.member("wanted", wanted);
                members.member("others", others);
                members.member("issued_at", issued_at);
                members.member("redeem_at", redeem_at);
                "token_held"
            }
            Self::Spoiled { petition_id, slug, endpoints } => {
                members.member("petition_id", petition_id);
                members.member("slug", slug);
                members.member("endpoints", endpoints);
                "spoiled"
            }
        };
        state.push(name, members.finish());
        state.finish()
    }
}

/// A [`Blinded`].
pub struct Element {
    petition_id: PetitionId,
    slug: Slug,
    token_key: TokenKey,
    nonce: Nonce,
    withdrawal_key: Option<WithdrawalKey>,
    blinded_msg: Secret,
    blinding_secret: Secret,
}

json_object!(strict Element { petition_id, slug, token_key, nonce, blinded_msg, blinding_secret } omits { withdrawal_key });

/// A [`HeldToken`].
pub struct Held {
    petition_id: PetitionId,
    slug: Slug,
    token_key: TokenKey,
    token: Secret,
    withdrawal_key: Option<WithdrawalKey>,
}

json_object!(strict Held { petition_id, slug, token_key, token } omits { withdrawal_key });
serde_by_json!(Form);

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
                let mut restored = Vec::with_capacity(others.len());
                for other in others {
                    restored.push(other.restore()?);
                }
                let held = TokenHeld { terms, wanted, others: restored, issued_at, redeem_at };
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
    let mut elements = Vec::with_capacity(run.elements.len());
    for blinded in &run.elements {
        elements.push(Element {
            petition_id: blinded.petition_id,
            slug: blinded.slug.clone(),
            token_key: blinded.key,
            nonce: blinded.nonce,
            withdrawal_key: blinded.withdrawal_key.clone(),
            blinded_msg: Secret::of(&blinded.request.blinded_msg),
            blinding_secret: Secret::of(blinded.secret.expose()),
        });
    }
    elements
}

fn restore_run(run: Vec<Element>, wanted: usize, terms: &Terms) -> Option<Run> {
    let fits = run.len() <= BUNDLE_SIZE && run.get(wanted)?.petition_id == terms.petition_id;
    let mut elements = Vec::with_capacity(run.len());
    for element in run {
        elements.push(element.restore()?);
    }
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

impl FromJson for Secret {
    fn from_json(value: &Value<'_>) -> Result<Self, JsonError> {
        let bytes = from_base64url(value.string()?).map_err(|error| JsonError::of(&error))?;
        Ok(Self(Zeroizing::new(bytes)))
    }
}

impl ToJson for Secret {
    fn to_json(&self) -> Value<'_> {
        // Wiped when it is dropped.
        Value::String(to_base64url(&self.0).into())
    }
}
