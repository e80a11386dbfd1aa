//! Token requests whose rows are stored in one transaction. What happens to each is what would happen if it came alone.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use undersign_protocol::email_verification::RequestDigest;
use undersign_protocol::issuance::TokenRequestHash;
use undersign_protocol::petition::{PetitionId, PetitionState};

use super::close::ending;
use super::keys::{PetitionKeys, PetitionTag};
use super::rules::{AdmittedRequest, IssuanceError};
use super::store::Reserved;
use crate::clock::Clock;
use crate::gather::Together;
use crate::identified::IdentifiedDatabase;
use crate::identified::email_verification::{DayKeys, Tag, confirmed_tags};
use crate::petition::{Petition, Registry};
use crate::storage::{Transaction, retry};

/// A body that one caller asks with.
#[derive(Clone)]
pub(super) struct Asked {
    /// What its address has confirmed, if it has.
    pub digest: RequestDigest,
    /// Its requests, in order.
    pub requests: Arc<Vec<AdmittedRequest>>,
}

/// Stores which requests are signed.
pub(super) struct Reserving {
    pub database: IdentifiedDatabase,
    pub registry: Registry,
    pub keys: Arc<PetitionKeys>,
    pub day_keys: Arc<DayKeys>,
    pub clock: Arc<dyn Clock>,
}

/// For each request of a body why it is refused, or nothing where it is the stored one: those and no others are signed. `None` where
/// the body is not confirmed.
type Answer = Option<Vec<Option<IssuanceError>>>;

/// What the address of a request is called in its petition, or why nothing is stored for it.
type Wanted = Result<PetitionTag, IssuanceError>;

/// One petition in this transaction.
struct Book {
    state: PetitionState,
    stored: HashMap<PetitionTag, TokenRequestHash>,
}

impl Together for Reserving {
    type Item = Asked;
    type Answer = Answer;
    type Error = IssuanceError;

    /// Stores which request is signed for each petition and tag, where none is stored yet and the petition is open, and reads back what
    /// is stored, in one transaction. The petitions' states are read here, for a wait may have outlasted a close.
    async fn together(&self, items: &[Asked]) -> Result<Vec<Answer>, IssuanceError> {
        retry(|| self.reserve(items)).await
    }
}

impl Reserving {
    async fn reserve(&self, items: &[Asked]) -> Result<Vec<Answer>, IssuanceError> {
        let digests: Vec<RequestDigest> = items.iter().map(|item| item.digest).collect();
        let mut tx = self.database.begin_read("issuance::confirmed").await?;
        let tags = confirmed_tags(&mut tx, &self.day_keys, &digests, self.clock.now()).await?;
        drop(tx);
        if tags.is_empty() {
            return Ok(items.iter().map(|_| None).collect());
        }
        let mut tx = self.database.begin("issuance::reserve").await?;
        let mut books: BTreeMap<PetitionId, Book> = BTreeMap::new();
        let mut wanted = Vec::with_capacity(items.len());
        for item in items {
            let Some(tag) = tags.get(&item.digest) else {
                wanted.push(None);
                continue;
            };
            let mut petition_tags = Vec::with_capacity(item.requests.len());
            for AdmittedRequest { petition, .. } in item.requests.iter() {
                let petition_id = petition.verified.petition_id();
                let state = match books.entry(petition_id) {
                    Entry::Occupied(book) => book.get().state,
                    Entry::Vacant(place) => {
                        let state = self.state(&mut tx, petition).await?;
                        place.insert(Book { state, stored: HashMap::new() }).state
                    }
                };
                petition_tags.push(self.petition_tag(petition, state, tag).await);
            }
            wanted.push(Some(petition_tags));
        }
        self.store(&mut tx, rows(items, &wanted), &mut books).await?;
        // Committed before anything is signed: a token that is out has its row.
        tx.commit().await?;
        let answer = |(item, wanted): (&Asked, Option<_>)| wanted.map(|wanted| refusals(item, wanted, &books));
        Ok(items.iter().zip(wanted).map(answer).collect())
    }

    /// A petition's state in this transaction, whatever the clock says: it can be set back.
    async fn state(&self, tx: &mut Transaction, petition: &Arc<Petition>) -> Result<PetitionState, IssuanceError> {
        let petition_id = petition.verified.petition_id();
        // As it is known now: during the wait a notice may have closed it.
        let mut petition = self.registry.by_id(&petition_id).unwrap_or_else(|| Arc::clone(petition));
        let now = self.clock.now();
        let (is_over, notices) = ending(tx, &petition_id).await?;
        if notices != petition.notices.len() as u64 {
            self.registry.reload().await?;
            petition = self.registry.by_id(&petition_id).unwrap_or(petition);
        }
        Ok(if is_over { PetitionState::Closed } else { petition.state(now) })
    }

    /// Inserts where the petition is open and reads back, each petition's rows in key order: of several for one tag the one that came
    /// first.
    async fn store(
        &self,
        tx: &mut Transaction,
        mut rows: Vec<Reserved>,
        books: &mut BTreeMap<PetitionId, Book>,
    ) -> Result<(), IssuanceError> {
        rows.sort_by_key(|row| (row.petition_id, row.petition_tag));
        for rows in rows.chunk_by(|one, other| one.petition_id == other.petition_id) {
            let petition_id = rows[0].petition_id;
            let Some(book) = books.get_mut(&petition_id) else { continue };
            if book.state == PetitionState::Open {
                tx.insert_issuances(rows).await?;
            }
            let tags: BTreeSet<PetitionTag> = rows.iter().map(|row| row.petition_tag).collect();
            book.stored = tx.issuances(&petition_id, &Vec::from_iter(tags)).await?;
        }
        Ok(())
    }

    /// What an address is called in a petition, where something may be stored or repeated for it.
    async fn petition_tag(&self, petition: &Petition, state: PetitionState, tag: &Tag) -> Wanted {
        if matches!(state, PetitionState::Announced | PetitionState::Closed) {
            return Err(refusal(state));
        }
        Ok(self.keys.get(&petition.verified.manifest().issuer.token_key.id()).await?.petition_tag(tag))
    }
}

fn rows(items: &[Asked], wanted: &[Option<Vec<Wanted>>]) -> Vec<Reserved> {
    let mut rows = Vec::new();
    for (item, wanted) in items.iter().zip(wanted) {
        for (request, wanted) in item.requests.iter().zip(wanted.iter().flatten()) {
            let Ok(petition_tag) = wanted else { continue };
            let petition_id = request.petition.verified.petition_id();
            rows.push(Reserved { petition_id, petition_tag: *petition_tag, hash: request.request.hash() });
        }
    }
    rows
}

fn refusals(item: &Asked, wanted: Vec<Wanted>, books: &BTreeMap<PetitionId, Book>) -> Vec<Option<IssuanceError>> {
    let refusal = |(asked, wanted): (&AdmittedRequest, Wanted)| match wanted {
        Err(refusal) => Some(refusal),
        Ok(petition_tag) => {
            let book = &books[&asked.petition.verified.petition_id()];
            let is_stored = book.stored.get(&petition_tag) == Some(&asked.request.hash());
            (!is_stored).then(|| refusal(book.state))
        }
    };
    item.requests.iter().zip(wanted).map(refusal).collect()
}

fn refusal(state: PetitionState) -> IssuanceError {
    match state {
        PetitionState::Announced => IssuanceError::NotYetOpen,
        PetitionState::Open => IssuanceError::AlreadyIssued,
        PetitionState::Closing | PetitionState::Closed => IssuanceError::Closed,
    }
}
