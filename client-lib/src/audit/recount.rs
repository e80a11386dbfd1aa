use undersign_protocol::issuance::{ChallengeDigest, TokenChallenge, TokenKeyId};
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::public_log::{Edge, Entry, Hash, TILE_WIDTH, TilePath, decode_entries};
use undersign_protocol::redemption::Token;
use undersign_protocol::tally::Tally;

use super::nonces::Nonces;
use super::order::Place;
use super::{AuditFailure, Claims, Defect, NonceKey, NoticeSummary, Tokens, Verdict, VerifiedTokens};

/// Kind byte of a withdrawal's entry: its one inner relation has a reason of its own.
const WITHDRAWAL: u8 = 2;

/// A recount under way.
pub struct Recount {
    petition: VerifiedManifest,
    token_key_id: TokenKeyId,
    challenge_digest: ChallengeDigest,
    claims: Claims,
    place: Place,
    nonces: Nonces,
    edge: Edge,
    tally: Tally,
    notices: NoticeSummary,
    closed: Option<u64>,
    /// An earlier tree that this log does not hold.
    rewritten: Option<u64>,
    /// Tokens that were handed out and did not come back verified.
    unverified: u64,
}

/// Why a recount ends early. The tokens that stand before the failure are still to be verified: one of them may be an earlier one.
pub struct Stopped {
    /// Tokens of the bundle before the failure.
    pub tokens: Tokens,
    /// What is wrong.
    pub failure: AuditFailure,
}

/// The petition with which a log begins, from its first entry bundle: for whoever has nothing but a copy of the log. Whether it is
/// the petition that was meant is for the caller to compare.
///
/// # Errors
/// The bundle has no first entry, or that is not a valid manifest with its organiser's signature.
pub fn petition_of(bundle: &[u8], tree_size: u64) -> Result<VerifiedManifest, AuditFailure> {
    let at_first = |defect| AuditFailure::at(0, defect);
    let entries = decode_entries(bundle, tree_size.min(TILE_WIDTH)).map_err(|error| at_first(Defect::Bundle(error)))?;
    let first = entries.first().ok_or_else(|| at_first(Defect::FirstEntry))?;
    match Entry::decode(first).map_err(|error| at_first(Defect::Entry(error)))? {
        Entry::Manifest { manifest, organiser_signature } => {
            VerifiedManifest::verify(&manifest, organiser_signature).map_err(|error| at_first(Defect::Manifest(error)))
        }
        _ => Err(at_first(Defect::FirstEntry)),
    }
}

impl Recount {
    /// Before the first entry.
    ///
    /// # Arguments
    /// * `petition` – with which the log must begin
    /// * `claims` – what must be found true
    /// * `nonce_key` – see [`NonceKey`]
    pub fn new(petition: VerifiedManifest, claims: Claims, nonce_key: NonceKey) -> Self {
        Self {
            // Computed once: an audit compares them with a million tokens.
            token_key_id: petition.manifest().issuer.token_key.id(),
            challenge_digest: TokenChallenge::of_petition(petition.manifest(), &petition.petition_id()).digest(),
            notices: NoticeSummary::new(&petition),
            petition,
            claims,
            place: Place::Start,
            nonces: Nonces::new(nonce_key),
            edge: Edge::default(),
            tally: Tally::default(),
            closed: None,
            rewritten: None,
            unverified: 0,
        }
    }

    /// The entry bundle that is wanted next; `None` when all were taken.
    pub fn next_bundle(&self) -> Option<TilePath> {
        let (index, rest) = (self.edge.tree_size() / TILE_WIDTH, self.claims.tree_size() - self.edge.tree_size());
        (rest > 0).then_some(TilePath { level: None, index, width: rest.min(TILE_WIDTH) })
    }

    /// How many entries were taken.
    pub fn entries(&self) -> u64 {
        self.edge.tree_size()
    }

    /// The petition whose log this is.
    pub fn petition(&self) -> &VerifiedManifest {
        &self.petition
    }

    /// Takes the bundle of [`Recount::next_bundle`] and checks its entries, all but the RSA signatures of the tokens in it, which it
    /// hands out. After a failure there is nothing more to take.
    pub fn take(&mut self, bundle: &[u8]) -> Result<Tokens, Box<Stopped>> {
        let mut tokens = Tokens::new();
        match self.take_all(bundle, &mut tokens) {
            Ok(()) => {
                self.unverified += tokens.len() as u64;
                Ok(tokens)
            }
            Err(failure) => Err(Box::new(Stopped { tokens, failure })),
        }
    }

    /// Takes back what was verified of the tokens that were handed out.
    pub fn verified(&mut self, tokens: VerifiedTokens) {
        self.unverified = self.unverified.saturating_sub(tokens.count());
    }

    /// Ends the recount.
    ///
    /// # Errors
    /// [`Defect::Unfinished`]: entries were not taken, or tokens not verified. Else what can be said only of the whole tree.
    pub fn finish(self) -> Result<Verdict, AuditFailure> {
        if self.next_bundle().is_some() || self.unverified > 0 {
            return Err(AuditFailure::of_log(Defect::Unfinished));
        }
        self.place.end().map_err(|defect| AuditFailure::at(self.edge.tree_size().saturating_sub(1), defect))?;
        self.nonces.end()?;
        if let Some(tree_size) = self.rewritten {
            return Err(AuditFailure::of_log(Defect::Rewritten { tree_size }));
        }
        Ok(Verdict {
            tree_size: self.edge.tree_size(),
            root: self.edge.root(),
            petition: self.petition,
            tally: self.tally,
            notices: self.notices,
            closed: self.closed,
        })
    }

    fn take_all(&mut self, bundle: &[u8], tokens: &mut Tokens) -> Result<(), AuditFailure> {
        let Some(path) = self.next_bundle() else { return Err(AuditFailure::of_log(Defect::Unfinished)) };
        let entries = decode_entries(bundle, path.width)
            .map_err(|error| AuditFailure::at(self.edge.tree_size(), Defect::Bundle(error)))?;
        for bytes in entries {
            let index = self.edge.tree_size();
            let leaf = Hash::of_leaf(bytes);
            self.take_one(index, bytes, leaf, tokens).map_err(|defect| AuditFailure::at(index, defect))?;
            self.edge.append(leaf, |_, _, _| {});
            let rewritten = self.claims.check(index + 1, || self.edge.root(), &self.tally)?;
            self.rewritten = self.rewritten.or(rewritten);
        }
        Ok(())
    }

    fn take_one(&mut self, index: u64, bytes: &[u8], leaf: Hash, tokens: &mut Tokens) -> Result<(), Defect> {
        let entry = Entry::decode(bytes).map_err(|error| match bytes.first() {
            Some(&WITHDRAWAL) if error == withdrawal_key_does_not_fit() => Defect::WithdrawalKey,
            _ => Defect::Entry(error),
        })?;
        match &entry {
            Entry::Manifest { manifest, organiser_signature } => {
                let found = VerifiedManifest::verify(manifest, *organiser_signature).map_err(Defect::Manifest)?;
                if found.petition_id() != self.petition.petition_id() {
                    return Err(Defect::PetitionId);
                }
            }
            Entry::Signature(token) => self.check_token(token)?,
            Entry::Withdrawal(withdrawal) => self.nonces.withdraw(withdrawal.nonce(), index)?,
            Entry::IssuanceStatement(statement) => {
                let signed = statement.verify(&self.petition.petition_id(), self.statement_key());
                signed.map_err(|_| Defect::StatementSignature)?;
                self.check_issued(statement.issued)?;
            }
            Entry::CloseStatement(statement) => {
                let signed = statement.verify(&self.petition.petition_id(), self.statement_key());
                signed.map_err(|_| Defect::CloseSignature)?;
                self.check_issued(statement.issued)?;
            }
            Entry::Notice(notice) => self.notices.add(notice, &self.petition)?,
        }
        self.place = self.place.after(&entry, leaf)?;
        self.tally.add(&entry);
        match entry {
            Entry::Signature(_) => {
                if self.tally.signatures > self.tally.issued {
                    return Err(Defect::MoreThanIssued { issued: self.tally.issued });
                }
                tokens.push(index, &bytes[1..]);
            }
            Entry::CloseStatement(_) => self.closed = Some(index),
            _ => {}
        }
        Ok(())
    }

    /// All of a token but its signature.
    fn check_token(&mut self, token: &Token) -> Result<(), Defect> {
        // The full id: tokens whose key ids share only the last byte verify under the same key.
        if token.input.token_key_id != self.token_key_id {
            return Err(Defect::KeyId);
        }
        if token.input.challenge_digest != self.challenge_digest {
            return Err(Defect::Challenge);
        }
        self.nonces.sign(&token.input.nonce)
    }

    /// Never below an earlier count. That it is never below the signatures is checked at each of them.
    fn check_issued(&self, now: u64) -> Result<(), Defect> {
        let before = self.tally.issued;
        if now < before { Err(Defect::IssuedFell { before, now }) } else { Ok(()) }
    }

    fn statement_key(&self) -> &undersign_protocol::ed25519::PublicKey {
        &self.petition.manifest().issuer.statement_key
    }
}

fn withdrawal_key_does_not_fit() -> undersign_protocol::codec::DecodeError {
    undersign_protocol::codec::DecodeError::Invalid("withdrawal_key")
}
