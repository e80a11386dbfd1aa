//! A journey on disk (or in a browser's storage): versioned, strict JSON. It holds what the next step needs and no address; it does
//! name the petition, and with it anyone can finish the journey, and withdraw the signature where withdrawal keys are kept. So it
//! belongs in a private place and is removed as soon as the signature is accepted.

mod form;

use undersign_protocol::json::{self, ToJson as _};
use undersign_protocol::petition::{PetitionId, Slug};
use zeroize::Zeroizing;

use crate::journey::{Confirmed, Prepared, Spoiled, TokenHeld};
use form::{File, Form};

/// A journey as it was saved.
pub enum Saved {
    /// See [`Prepared`].
    Prepared(Prepared),
    /// See [`Confirmed`].
    Confirmed(Confirmed),
    /// See [`TokenHeld`].
    TokenHeld(TokenHeld),
    /// See [`Spoiled`].
    Spoiled(Spoiled),
}

/// Why bytes are not a saved journey. The file is left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// Not JSON of the expected form, or parts that do not fit each other: damaged, or not ours.
    #[error("the saved state is damaged")]
    Damaged,
    /// Written by a newer program.
    #[error("the saved state is of a newer version of this program")]
    Version,
}

impl Saved {
    /// Reads what `save` has written.
    pub fn read(bytes: &[u8]) -> Result<Self, StateError> {
        // The version alone first: a newer file may have any form.
        let version = json::from_slice::<form::Version>(bytes).map_err(|_| StateError::Damaged)?.version;
        if !(form::OLDEST_VERSION..=form::VERSION).contains(&version) {
            return Err(StateError::Version);
        }
        let file: File = json::from_slice(bytes).map_err(|_| StateError::Damaged)?;
        file.state.restore().ok_or(StateError::Damaged)
    }

    /// Which petition it is about.
    pub fn petition_id(&self) -> PetitionId {
        match self {
            Self::Prepared(state) => state.petition_id(),
            Self::Confirmed(state) => state.petition_id(),
            Self::TokenHeld(state) => state.petition_id(),
            Self::Spoiled(state) => state.petition_id(),
        }
    }

    /// Whether the withdrawal key of the wanted petition is in it, so that a receipt can be made at the end.
    pub fn keeps_keys(&self) -> bool {
        match self {
            Self::Prepared(state) => state.run.keeps_keys(),
            Self::Confirmed(state) => state.run.keeps_keys(),
            Self::TokenHeld(state) => state.wanted.withdrawal_key().is_some(),
            Self::Spoiled(_) => false,
        }
    }

    /// Its short name.
    pub fn slug(&self) -> &Slug {
        match self {
            Self::Prepared(state) => state.slug(),
            Self::Confirmed(state) => state.slug(),
            Self::TokenHeld(state) => state.slug(),
            Self::Spoiled(state) => state.slug(),
        }
    }
}

impl Prepared {
    /// The bytes to keep before the address is sent, and again with each answered verification.
    pub fn save(&self) -> Zeroizing<Vec<u8>> {
        write(Form::of_prepared(self))
    }
}

impl Confirmed {
    /// The bytes to keep before the tokens are asked for.
    pub fn save(&self) -> Zeroizing<Vec<u8>> {
        write(Form::of_confirmed(self))
    }
}

impl TokenHeld {
    /// The bytes to keep before the token is redeemed.
    pub fn save(&self) -> Zeroizing<Vec<u8>> {
        write(Form::of_token_held(self))
    }
}

impl Spoiled {
    /// The bytes to keep, so that nothing begins this request again.
    pub fn save(&self) -> Zeroizing<Vec<u8>> {
        write(Form::of_spoiled(self))
    }
}

fn write(state: Form) -> Zeroizing<Vec<u8>> {
    // Room for eight elements: a vector that grows leaves copies behind that are not wiped.
    let mut bytes = Zeroizing::new(Vec::with_capacity(32 * 1024));
    json::write(&File { version: form::VERSION, state }.to_json(), &mut bytes);
    bytes
}
