use getrandom::SysRng;
use rand_core::{Rng as _, UnwrapErr};
use undersign_client_lib::audit::{Claims, Defect, NonceKey, Recount, petition_of};
use undersign_client_lib::checked::{TotalError, check_total};
use undersign_protocol::json;
use undersign_protocol::petition::PetitionId;
use undersign_protocol::public_log::{Checkpoint, CheckpointKey, TILE_WIDTH, TilePath};
use undersign_protocol::tally::TotalDocument;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::audit::Audit;
use crate::error::AuditError;

/// Most signatures that a browser recounts. Beyond that the command line is the right tool.
const MAX_SIGNATURES: u64 = 100_000;
/// Most entries: so many signatures, all withdrawn, and statements.
const MAX_ENTRIES: u64 = 4 * MAX_SIGNATURES;

/// What the server shows of a log. Nothing of it is believed before the first entries have given the log's key.
#[wasm_bindgen]
pub struct Heads {
    total: TotalDocument,
    note: String,
    tree_size: u64,
}

#[wasm_bindgen]
impl Heads {
    /// Reads both.
    ///
    /// @param total - body of `…/total`
    /// @param checkpoint - body of `…/log/checkpoint`
    /// @throws AuditError `answer`, `too-large`
    #[wasm_bindgen(constructor)]
    pub fn new(total: &[u8], checkpoint: &[u8]) -> Result<Self, AuditError> {
        let total: TotalDocument =
            json::from_slice(total).map_err(|_| AuditError::new("answer", "the total is not of the expected form"))?;
        let unread = || AuditError::new("answer", "the checkpoint is not of the expected form");
        let note = String::from_utf8(checkpoint.to_vec()).map_err(|_| unread())?;
        let text = note.split_once("\n\n").map(|(text, _)| format!("{text}\n")).ok_or_else(unread)?;
        let tree_size = Checkpoint::parse_text(&text).map_err(|_| unread())?.tree_size;
        if tree_size == 0 {
            return Err(unread());
        }
        if total.signatures > MAX_SIGNATURES || tree_size.max(total.tree_size) > MAX_ENTRIES {
            return Err(AuditError::new("too-large", "the log is too large for a browser"));
        }
        Ok(Self { total, note, tree_size })
    }

    /// Path of the first entry bundle behind `…/log/tile/`: it has the petition in it, with all keys.
    #[wasm_bindgen(getter, js_name = firstBundle)]
    pub fn first_bundle(&self) -> String {
        TilePath { level: None, index: 0, width: self.tree_size.min(TILE_WIDTH) }.to_string()
    }

    /// Begins the recount: the petition must be the wanted one, and its log must have signed all heads.
    ///
    /// @param petitionId - whose log it must be
    /// @param firstBundle - the bundle at `firstBundle`
    /// @param remembered - the checkpoint of an earlier recount: every entry below it must still be there, unchanged
    /// @throws AuditError a reason of `specs/audit.md`, `checkpoint`, `answer`
    pub fn begin(
        self,
        #[wasm_bindgen(js_name = petitionId)] petition_id: &str,
        #[wasm_bindgen(js_name = firstBundle)] first_bundle: &[u8],
        remembered: Option<String>,
    ) -> Result<Audit, AuditError> {
        let wanted: PetitionId =
            petition_id.parse().map_err(|_| AuditError::new("answer", "this is not a petition's id"))?;
        let petition = petition_of(first_bundle, self.tree_size)?;
        if petition.petition_id() != wanted {
            return Err(AuditError::new(Defect::PetitionId.name(), Defect::PetitionId.to_string()));
        }
        let key = CheckpointKey::new(petition.log_origin(), petition.manifest().log.public_key);
        let checkpoint = Checkpoint::open(&self.note, &key)
            .map_err(|error| AuditError::new("checkpoint", format!("the shown head is {error}")))?;
        let total = check_total(self.total, &key).map_err(|error| {
            let reason = if matches!(error, TotalError::Checkpoint(_)) { "checkpoint" } else { "total" };
            AuditError::new(reason, error.to_string())
        })?;
        let mut claims = Claims::new(&checkpoint).with_total(&total)?;
        if let Some(note) = remembered {
            let remembered = Checkpoint::open(&note, &key)
                .map_err(|error| AuditError::new("checkpoint", format!("the remembered head is {error}")))?;
            claims = claims.with_remembered(&remembered)?;
        }
        let mut random = [0; 32];
        UnwrapErr(SysRng).fill_bytes(&mut random);
        Ok(Audit::new(Recount::new(petition, claims.clone(), NonceKey::from(random)), &claims))
    }
}
