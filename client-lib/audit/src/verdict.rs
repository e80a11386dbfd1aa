use undersign_client_lib::audit::Verdict;
use wasm_bindgen::prelude::wasm_bindgen;

/// That the log holds: every entry and every signature was checked, and the shown total is what was counted.
// A number of JavaScript holds every integer up to 2^53, more than there are people.
#[wasm_bindgen]
pub struct Recounted(Verdict);

#[wasm_bindgen]
impl Recounted {
    /// Hash of the petition.
    #[wasm_bindgen(getter, js_name = petitionId)]
    pub fn petition_id(&self) -> String {
        self.0.petition().petition_id().to_string()
    }

    /// Signatures less withdrawals.
    #[wasm_bindgen(getter)]
    pub fn total(&self) -> f64 {
        self.0.tally().total() as f64
    }

    /// Distinct valid signatures.
    #[wasm_bindgen(getter)]
    pub fn signatures(&self) -> f64 {
        self.0.tally().signatures as f64
    }

    /// Distinct valid withdrawals.
    #[wasm_bindgen(getter)]
    pub fn withdrawals(&self) -> f64 {
        self.0.tally().withdrawals as f64
    }

    /// Tokens that were issued, by the issuer's own word.
    #[wasm_bindgen(getter)]
    pub fn issued(&self) -> f64 {
        self.0.tally().issued as f64
    }

    /// Number of entries.
    #[wasm_bindgen(getter, js_name = treeSize)]
    pub fn tree_size(&self) -> f64 {
        self.0.tree_size() as f64
    }

    /// Root of the tree, base64url.
    #[wasm_bindgen(getter)]
    pub fn root(&self) -> String {
        self.0.root().to_string()
    }
}

impl From<Verdict> for Recounted {
    fn from(verdict: Verdict) -> Self {
        Self(verdict)
    }
}
