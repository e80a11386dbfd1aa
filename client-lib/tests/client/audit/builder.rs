use std::convert::Infallible;

use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::rsa::Padding;
use openssl::sign::{RsaPssSaltlen, Signer};
use undersign_client_lib::audit::{
    AuditFailure, Claims, Defect, NonceKey, Recount, RecountError, Verdict, on_all_cores,
};
use undersign_client_lib::blind::verify_signature;
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::issuance::{IssuanceStatement, NK};
use undersign_protocol::petition::{Notice, NoticeContent, NoticeSigner, SignedNotice, VerifiedManifest};
use undersign_protocol::public_log::{Checkpoint, CloseStatement, Entry, Hash, TilePath, encode_entries, tree_root};
use undersign_protocol::redemption::{Token, TokenInput, Withdrawal, WithdrawalKey};
use undersign_protocol::tally::{Tally, TotalDocument};

use crate::support::keys::rsa_key;
use crate::support::petition::{log_key, manifest, organiser_key, publish, statement_key, time};

/// A log that grows entry by entry; what it signs is whatever it holds. Tests change `entries` as they like.
pub struct LogBuilder {
    pub petition: VerifiedManifest,
    pub entries: Vec<Vec<u8>>,
}

impl LogBuilder {
    /// With entry 0.
    pub fn new() -> Self {
        let petition = publish(&manifest(0));
        let mut log = Self { petition, entries: Vec::new() };
        log.push(&log.manifest_entry());
        log
    }

    /// With batches of so many signatures, each behind a statement of exactly as many tokens as there are then. The signatures' numbers
    /// count on from 0.
    pub fn with_batches(sizes: &[u64]) -> Self {
        let mut log = Self::new();
        let mut issued = 0;
        for size in sizes {
            let tokens = (issued..issued + size).map(|number| log.signature(number)).collect();
            issued += size;
            log.batch(issued, tokens);
        }
        log
    }

    pub fn push(&mut self, entry: &Entry) {
        self.entries.push(entry.encode());
    }

    /// A statement, and entries in the order of their leaf hashes.
    pub fn batch(&mut self, issued: u64, mut entries: Vec<Entry>) {
        entries.sort_by_key(Entry::leaf_hash);
        self.push(&self.statement(issued));
        entries.iter().for_each(|entry| self.push(entry));
    }

    pub fn manifest_entry(&self) -> Entry {
        manifest_entry(&self.petition)
    }

    pub fn statement(&self, issued: u64) -> Entry {
        Entry::IssuanceStatement(IssuanceStatement::sign(&self.petition.petition_id(), issued, &statement_key()))
    }

    pub fn close(&self, issued: u64) -> Entry {
        Entry::CloseStatement(CloseStatement::sign(&self.petition.petition_id(), issued, &statement_key()))
    }

    pub fn notice(&self, signer: NoticeSigner, content: NoticeContent, key: &SecretKey) -> Entry {
        let notice = Notice {
            version: 1,
            petition_id: self.petition.petition_id(),
            signer,
            published_at: time("2026-12-20T00:00:00Z"),
            texts: [].into(),
            content,
            recovery_key: None,
        };
        Entry::Notice(SignedNotice::sign(&notice, key).unwrap())
    }

    /// News of the organiser.
    pub fn update(&self) -> Entry {
        self.notice(NoticeSigner::Organiser, NoticeContent::Update {}, &organiser_key())
    }

    /// The signature of a number.
    pub fn signature(&self, number: u64) -> Entry {
        let nonce = withdrawal_key(number).nonce();
        let input = TokenInput::of_petition(self.petition.manifest(), &self.petition.petition_id(), nonce);
        Entry::Signature(sign(input))
    }

    /// The entry's index.
    pub fn index_of(&self, entry: &Entry) -> u64 {
        self.entries.iter().position(|stored| *stored == entry.encode()).unwrap() as u64
    }

    pub fn checkpoint(&self) -> Checkpoint {
        self.checkpoint_of(self.entries.len())
    }

    /// The head when it had so many entries.
    pub fn checkpoint_of(&self, size: usize) -> Checkpoint {
        let leaves: Vec<Hash> = self.entries[..size].iter().map(|entry| Hash::of_leaf(entry)).collect();
        Checkpoint { origin: self.petition.log_origin(), tree_size: size as u64, root: tree_root(&leaves) }
    }

    /// As an honest server shows it.
    pub fn total(&self) -> TotalDocument {
        let checkpoint = self.checkpoint();
        let mut tally = Tally::default();
        self.entries.iter().filter_map(|entry| Entry::decode(entry).ok()).for_each(|entry| tally.add(&entry));
        TotalDocument {
            total: tally.total(),
            signatures: tally.signatures,
            withdrawals: tally.withdrawals,
            issued: tally.issued,
            tree_size: checkpoint.tree_size,
            root: checkpoint.root,
            checkpoint: checkpoint.sign(&log_key(0)).unwrap(),
        }
    }

    pub fn recount(&self) -> Result<Verdict, AuditFailure> {
        self.recount_with(Claims::new(&self.checkpoint()).with_total(&self.total())?)
    }

    /// Recounts twice, alone and on all cores, which must come to the same.
    pub fn recount_with(&self, claims: Claims) -> Result<Verdict, AuditFailure> {
        let alone = self.recount_alone(claims.clone());
        let recount = Recount::new(self.petition.clone(), claims, NonceKey::from([6; 32]));
        let together = on_all_cores(recount, |path| Ok::<_, Infallible>(self.bundle(path)), |_| {});
        match (&alone, &together) {
            (Ok(alone), Ok(together)) => assert_eq!((alone.tally(), alone.root()), (together.tally(), together.root())),
            (Err(alone), Err(RecountError::Failure(together))) => assert_eq!(alone, together),
            _ => panic!("alone: {alone:?}, on all cores: {together:?}"),
        }
        alone
    }

    fn recount_alone(&self, claims: Claims) -> Result<Verdict, AuditFailure> {
        let key = self.petition.manifest().issuer.token_key;
        let is_valid = |message: &[u8], signature: &[u8]| verify_signature(&key, message, signature).is_ok();
        let mut recount = Recount::new(self.petition.clone(), claims, NonceKey::from([5; 32]));
        while let Some(path) = recount.next_bundle() {
            match recount.take(&self.bundle(path)) {
                Ok(tokens) => recount.verified(tokens.verify(is_valid)?),
                Err(stopped) => {
                    let _ = stopped.tokens.verify(is_valid)?;
                    return Err(stopped.failure);
                }
            }
        }
        recount.finish()
    }

    pub fn bundle(&self, path: TilePath) -> Vec<u8> {
        let range = path.start() as usize..(path.start() + path.width) as usize;
        encode_entries(self.entries[range].iter().map(Vec::as_slice))
    }

    /// The failure, at an entry, with a reason of this name.
    pub fn assert_fails(&self, entry: Option<u64>, name: &str) -> Defect {
        let failure = self.recount().expect_err("a failure");
        assert_eq!((failure.entry, failure.defect.name()), (entry, name), "{failure}");
        failure.defect
    }
}

pub fn manifest_entry(petition: &VerifiedManifest) -> Entry {
    let manifest = petition.canonical().to_vec();
    Entry::Manifest { manifest, organiser_signature: *petition.organiser_signature() }
}

pub fn withdrawal_key(number: u64) -> WithdrawalKey {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    WithdrawalKey::from_bytes(bytes)
}

/// The withdrawal of the signature of a number.
pub fn withdrawal(number: u64) -> Entry {
    Entry::Withdrawal(Withdrawal::of(withdrawal_key(number)))
}

/// Signs an input with the petition's key, whatever it says.
pub fn sign(input: TokenInput) -> Token {
    let key = PKey::from_rsa(rsa_key(0).clone()).unwrap();
    let mut signer = Signer::new(MessageDigest::sha384(), &key).unwrap();
    signer.set_rsa_padding(Padding::PKCS1_PSS).unwrap();
    signer.set_rsa_mgf1_md(MessageDigest::sha384()).unwrap();
    signer.set_rsa_pss_saltlen(RsaPssSaltlen::custom(48)).unwrap();
    let signature = signer.sign_oneshot_to_vec(&input.encode()).unwrap();
    Token { input, authenticator: <[u8; NK]>::try_from(signature).unwrap() }
}
