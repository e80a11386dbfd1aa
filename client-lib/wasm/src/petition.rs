use undersign_client_lib::checked::CheckedPetition as Checked;
use undersign_client_lib::journey::{Bundle as PreparedBundle, Keys, Prepared};
use undersign_protocol::petition::PetitionState as State;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer::Answer;
use crate::error::ClientError;
use crate::journey::Journey;
use crate::random::rng;
use crate::request::Outgoing;

/// For which petitions tokens are asked.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bundle {
    /// For all open petitions of the run of the wanted one, so that nobody learns which it is. The address then signs the others with
    /// these tokens or not at all.
    WholeRun,
    /// For this one alone. The issuer learns which.
    OnlyThis,
}

/// Where a petition is in its life.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PetitionState {
    /// Not yet open.
    Announced,
    /// Signatures begin.
    Open,
    /// None begins any more; those under way are still taken.
    Closing,
    /// Over.
    Closed,
}

/// A petition that passed every check: its text, its keys, the organiser's signature, the issuer's list and directory, the host's
/// log and its own.
#[wasm_bindgen]
pub struct CheckedPetition(Checked);

#[wasm_bindgen]
impl CheckedPetition {
    /// Hash of the petition, 43 characters of base64url.
    #[wasm_bindgen(getter, js_name = petitionId)]
    pub fn petition_id(&self) -> String {
        self.0.petition_id().to_string()
    }

    /// Its short name.
    #[wasm_bindgen(getter)]
    pub fn slug(&self) -> String {
        self.0.manifest().slug.to_string()
    }

    /// Where it is in its life, by the issuer's list.
    #[wasm_bindgen(getter)]
    pub fn state(&self) -> PetitionState {
        match self.0.state() {
            State::Announced => PetitionState::Announced,
            State::Open => PetitionState::Open,
            State::Closing => PetitionState::Closing,
            State::Closed => PetitionState::Closed,
        }
    }

    /// Whether the link named the petition_id. Without a pin, the host could show each visitor another petition.
    #[wasm_bindgen(getter, js_name = isPinned)]
    pub fn is_pinned(&self) -> bool {
        self.0.is_pinned()
    }

    /// Short names of the open petitions whose tokens are asked for together, this one among them, in order; empty unless it is open.
    #[wasm_bindgen(getter)]
    pub fn run(&self) -> Vec<String> {
        self.0.run().iter().map(|row| row.slug.to_string()).collect()
    }

    /// Begins to sign: draws nonces, salts and blinding factors and makes the token requests. It takes some milliseconds for each
    /// petition of the run. To be called before the address is asked for. The withdrawal keys are kept with the journey, so that a
    /// receipt can be offered when it is Signed.
    ///
    /// @throws ClientError `not-open`, `check`
    pub fn prepare(&self, bundle: Bundle) -> Result<Journey, ClientError> {
        let bundle = match bundle {
            Bundle::WholeRun => PreparedBundle::WholeRun,
            Bundle::OnlyThis => PreparedBundle::OnlyThis,
        };
        Ok(Prepared::new(&self.0, bundle, Keys::Keep, &mut rng())?.into())
    }

    /// Asks for the total.
    #[wasm_bindgen(js_name = totalRequest)]
    pub fn total_request(&self) -> Outgoing {
        self.0.total_request().into()
    }

    /// Takes the total. It must fit a checkpoint that the petition's log has signed.
    ///
    /// @throws ClientError `answer`, `log`
    pub fn total(&self, answer: Answer) -> Result<Total, ClientError> {
        let total = self.0.total(answer.response())?;
        Ok(Total {
            total: total.total as f64,
            signatures: total.signatures as f64,
            withdrawals: total.withdrawals as f64,
            issued: total.issued as f64,
            tree_size: total.tree_size as f64,
        })
    }
}

impl CheckedPetition {
    /// The petition itself, for callers in Rust.
    pub fn checked(&self) -> &Checked {
        &self.0
    }
}

impl From<Checked> for CheckedPetition {
    fn from(petition: Checked) -> Self {
        Self(petition)
    }
}

/// The count, by the public log.
// A number of JavaScript holds every integer up to 2^53, more than there are people.
#[wasm_bindgen]
pub struct Total {
    /// Signatures less withdrawals.
    #[wasm_bindgen(readonly)]
    pub total: f64,
    /// Valid signatures.
    #[wasm_bindgen(readonly)]
    pub signatures: f64,
    /// Valid withdrawals.
    #[wasm_bindgen(readonly)]
    pub withdrawals: f64,
    /// Tokens that were issued, by the issuer's last statement in the log.
    #[wasm_bindgen(readonly)]
    pub issued: f64,
    /// Number of entries in the log.
    #[wasm_bindgen(readonly, js_name = treeSize)]
    pub tree_size: f64,
}
