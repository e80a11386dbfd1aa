use std::collections::BTreeMap;

use serde::Deserialize;
use undersign_protocol::ed25519::PublicKey;
use undersign_protocol::petition::{PetitionId, PetitionState};
use undersign_protocol::timestamp::Timestamp;

use super::{Petition, PetitionError};
use crate::storage::Transaction;

/// `organiser_limits` of a side: how many petitions of one organiser's key are announced or open at once. No limit, unless one is set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OrganiserLimits {
    /// Of any key that has no number of its own.
    pub open: Option<u64>,
    /// Of single keys.
    pub by_key: BTreeMap<String, u64>,
}

impl OrganiserLimits {
    /// What is wrong with the settings, if anything is.
    pub fn check(&self) -> Result<(), &'static str> {
        let is_key = |key: &String| key.parse::<PublicKey>().is_ok();
        if self.by_key.keys().all(is_key) { Ok(()) } else { Err("by_key has a name that is no organiser's key") }
    }

    /// How many a key may have; `None` where there is no limit.
    fn of(&self, organiser: &PublicKey) -> Option<u64> {
        self.by_key.get(&organiser.to_string()).copied().or(self.open)
    }

    /// Whether a key may have one more petition beside those that are there.
    pub fn allow<'a>(
        &self,
        organiser: &PublicKey,
        petitions: impl IntoIterator<Item = &'a Petition>,
        now: Timestamp,
    ) -> Result<(), PetitionError> {
        let Some(most) = self.of(organiser) else { return Ok(()) };
        let takes_signatures = |petition: &&Petition| {
            petition.verified.manifest().organiser.public_key == *organiser
                && matches!(petition.state(now), PetitionState::Announced | PetitionState::Open)
        };
        let there = petitions.into_iter().filter(takes_signatures).count() as u64;
        if there < most { Ok(()) } else { Err(PetitionError::TooManyOpen) }
    }

    /// The same, counted in the database: under the lock of a publication, what other processes publish is there or comes later. A
    /// petition that is there already is not one more.
    pub(crate) async fn check_in(
        &self,
        tx: &mut Transaction,
        organiser: &PublicKey,
        published: Option<&PetitionId>,
        now: Timestamp,
    ) -> Result<(), PetitionError> {
        if self.of(organiser).is_none() {
            return Ok(());
        }
        let there = tx.all_petitions().await?;
        let is_there = |petition: &Petition| Some(&petition.verified.petition_id()) == published;
        if there.iter().any(is_there) { Ok(()) } else { self.allow(organiser, &there, now) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> OrganiserLimits {
        toml::from_str(text).expect("limits")
    }

    #[test]
    fn a_key_s_own_number_goes_before_that_of_all() {
        let keys = [[1; 32], [2; 32]].map(|seed| undersign_protocol::ed25519::SecretKey::from_seed(&seed).public_key());
        let limits = read(&format!("open = 2\n[by_key]\n\"{}\" = 0", keys[0]));
        assert_eq!(limits.check(), Ok(()));
        assert_eq!(keys.map(|key| limits.of(&key)), [Some(0), Some(2)]);
        let now = Timestamp::MAX;
        assert!(matches!(limits.allow(&keys[0], [], now), Err(PetitionError::TooManyOpen)));
        assert!(limits.allow(&keys[1], [], now).is_ok());
        let none = read("");
        assert!(none.of(&keys[0]).is_none() && none.allow(&keys[0], [], now).is_ok());
    }

    #[test]
    fn a_name_that_is_no_key_is_refused() {
        assert!(read("[by_key]\n\"the river's friends\" = 3").check().is_err());
    }
}
