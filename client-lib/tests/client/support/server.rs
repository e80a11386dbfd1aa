use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use undersign_client_lib::request::{Method, Request};
use undersign_client_lib::response::Response;
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::email_verification::proof_of_work::ProvenVerificationRequest;
use undersign_protocol::email_verification::{Confirmation, RequestDigest};
use undersign_protocol::issuance::{
    BatchTokenRequest, BatchTokenResponse, DirectoryKey, IssuanceStatement, IssuerDirectory, TokenRequest,
    TokenRequestHash, TokenResponse, media_type,
};
use undersign_protocol::petition::{
    LoggedNotice, Manifest, Notice, NoticeContent, NoticeList, NoticeSigner, NoticeText, PetitionDocument,
    PetitionList, PetitionState, PetitionSummary, SignedNotice, VerifiedManifest,
};
use undersign_protocol::problem::{MEDIA_TYPE, Problem};
use undersign_protocol::public_log::{Announcement, Entry, HostEntry, host_log_origin};
use undersign_protocol::redemption::{Nonce, Promise, RedemptionAnswer, WithdrawalRequest, parse_authorization};
use undersign_protocol::timestamp::Timestamp;

use super::keys::{blind_sign, openssl_takes, token_key};
use super::log::TestLog;
use super::petition::{HOST, log_key, manifest, now, organiser_key, publish, statement_key};
use super::proofs::Proofs;

/// The code that confirms.
pub const CODE: &str = "1234-5678";

pub struct TestPetition {
    pub petition: VerifiedManifest,
    pub log: TestLog,
    /// Tokens waiting for the next batch, encoded as entries.
    pub pool: Vec<Entry>,
    /// The one request that was answered; the server knows one address.
    pub issued: Option<TokenRequestHash>,
}

pub struct TestServer {
    pub petitions: Vec<TestPetition>,
    pub host_log: TestLog,
    pub now: Timestamp,
    pub confirmed: BTreeSet<RequestDigest>,
    /// sealed verification → digest
    pub asked: BTreeMap<String, RequestDigest>,
    pub proofs: Proofs,
    /// method and path of every request, in order
    pub seen: Vec<String>,
}

impl TestServer {
    /// With so many open petitions in one bundle.
    pub fn new(count: usize) -> Self {
        Self::of((0..count).map(manifest).collect())
    }

    /// With these petitions; the one at index i has key i.
    pub fn of(manifests: Vec<Manifest>) -> Self {
        let mut host_log = TestLog::new(host_log_origin(HOST), SecretKey::from_seed(&[3; 32]));
        let mut petitions = Vec::new();
        for (index, manifest) in manifests.iter().enumerate() {
            let petition = publish(manifest);
            host_log.entries.push(HostEntry::Announcement(Announcement::of(&petition)).encode());
            let mut log = TestLog::new(petition.log_origin(), log_key(index));
            let (manifest, organiser_signature) = (petition.canonical().to_vec(), *petition.organiser_signature());
            log.entries.push(Entry::Manifest { manifest, organiser_signature }.encode());
            petitions.push(TestPetition { petition, log, pool: Vec::new(), issued: None });
        }
        Self {
            petitions,
            host_log,
            now: now(),
            confirmed: BTreeSet::new(),
            asked: BTreeMap::new(),
            proofs: Proofs::default(),
            seen: Vec::new(),
        }
    }

    pub fn answer(&mut self, request: &Request) -> Response {
        let path = request.url().splitn(4, '/').nth(3).unwrap();
        let verb = if request.method() == Method::Get { "GET" } else { "POST" };
        let authorization = header(request, "authorization").unwrap_or_default();
        self.answer_to(verb, path, &authorization, request.content())
    }

    /// `path` without its first slash.
    pub fn answer_to(&mut self, verb: &str, path: &str, authorization: &str, body: &[u8]) -> Response {
        self.seen.push(format!("{verb} /{path}"));
        match (verb, path.split('/').collect::<Vec<_>>().as_slice()) {
            ("GET", [".well-known", "private-token-issuer-directory"]) => found(json(&self.directory())),
            ("GET", ["v1", "log", "key"]) => {
                let key = self.host_log.key.public_key();
                found(json(&json!({ "origin": self.host_log.origin, "public_key": key })))
            }
            ("GET", ["v1", "log", rest @ ..]) => found(self.host_log.get(&rest.join("/"))),
            ("GET", ["v1", "petitions"]) => found(json(&self.list())),
            ("GET", ["v1", "petitions", name]) => found(self.find(name).and_then(|index| self.document(index))),
            ("GET", ["v1", "petitions", name, "total"]) => found(self.find(name).and_then(|i| self.total(i))),
            ("GET", ["v1", "petitions", name, "notices"]) => found(self.find(name).and_then(|i| self.notices(i))),
            ("GET", ["v1", "petitions", name, "log", rest @ ..]) => {
                found(self.find(name).and_then(|index| self.petitions[index].log.get(&rest.join("/"))))
            }
            ("POST", ["v1", "email-verifications"]) => self.verify(body),
            ("POST", ["v1", "email-verifications", "challenge"]) => match self.proofs.challenge(body) {
                Some(challenge) => found(json(&challenge)),
                None => problem(Problem::NotFound),
            },
            ("POST", ["v1", "email-verifications", "confirm"]) => self.confirm(body),
            ("POST", ["v1", "token-requests"]) => self.issue(body),
            ("POST", ["v1", "petitions", name, "signatures"]) => {
                self.find(name).map_or_else(|| problem(Problem::UnknownPetition), |i| self.redeem(i, authorization))
            }
            ("POST", ["v1", "petitions", name, "withdrawals"]) => {
                self.find(name).map_or_else(|| problem(Problem::UnknownPetition), |i| self.withdraw(i, body))
            }
            _ => problem(Problem::NotFound),
        }
    }

    pub fn answer_all(&mut self, requests: &[Request]) -> Vec<Response> {
        requests.iter().map(|request| self.answer(request)).collect()
    }

    /// A batch: statement, then the pool in the order of leaf hashes.
    pub fn publish_batch(&mut self, index: usize) {
        let petition = &mut self.petitions[index];
        let mut pool = std::mem::take(&mut petition.pool);
        pool.sort_by_key(Entry::leaf_hash);
        let issued = pool.len() as u64 + petition.log.entries.len() as u64;
        let statement = IssuanceStatement::sign(&petition.petition.petition_id(), issued, &statement_key());
        petition.log.entries.push(Entry::IssuanceStatement(statement).encode());
        petition.log.entries.extend(pool.iter().map(Entry::encode));
    }

    /// A notice of the organiser, in a petition's log.
    pub fn publish_notice(&mut self, index: usize, content: NoticeContent) {
        let published_at = self.now;
        let petition = &mut self.petitions[index];
        let text = NoticeText { title: "Some news".into(), body: "Good ones.".into() };
        let notice = Notice {
            version: 1,
            petition_id: petition.petition.petition_id(),
            signer: NoticeSigner::Organiser,
            published_at,
            texts: [("en".parse().unwrap(), text)].into(),
            content,
            recovery_key: None,
        };
        let signed = SignedNotice::sign(&notice, &organiser_key()).unwrap();
        petition.log.entries.push(Entry::Notice(signed).encode());
    }

    pub fn directory(&self) -> IssuerDirectory {
        let key = |index| DirectoryKey::new(token_key(index), 0);
        IssuerDirectory {
            issuer_request_uri: "/v1/token-requests".into(),
            token_keys: (0..self.petitions.len()).map(key).collect(),
        }
    }

    pub fn list(&self) -> PetitionList {
        let row = |petition: &TestPetition| {
            let manifest = petition.petition.manifest();
            PetitionSummary {
                petition_id: petition.petition.petition_id(),
                slug: manifest.slug.clone(),
                state: PetitionState::at(manifest, self.now),
                titles: manifest.texts.iter().map(|(language, text)| (language.clone(), text.title.clone())).collect(),
                token_key: manifest.issuer.token_key,
                bundle: Some(7),
            }
        };
        PetitionList { petitions: self.petitions.iter().map(row).collect() }
    }

    fn document(&self, index: usize) -> Option<Vec<u8>> {
        let petition = &self.petitions[index].petition;
        let manifest = String::from_utf8(petition.canonical().to_vec()).ok()?;
        json(&PetitionDocument {
            petition_id: petition.petition_id(),
            state: PetitionState::at(petition.manifest(), self.now),
            manifest: undersign_protocol::json::Raw::new(manifest).ok()?,
            organiser_signature: *petition.organiser_signature(),
        })
    }

    fn total(&self, index: usize) -> Option<Vec<u8>> {
        let log = &self.petitions[index].log;
        let signatures = log.entries.iter().filter(|entry| entry[0] == 1).count();
        let head = log.head();
        json(&json!({
            "total": signatures, "signatures": signatures, "withdrawals": 0, "issued": signatures,
            "tree_size": head.tree_size, "root": head.root, "checkpoint": log.checkpoint(),
        }))
    }

    fn notices(&self, index: usize) -> Option<Vec<u8>> {
        let log = &self.petitions[index].log;
        let entries = log.entries.iter().enumerate();
        let logged = entries.filter_map(|(place, entry)| match Entry::decode(entry).ok()? {
            Entry::Notice(signed) => Some(LoggedNotice {
                notice: signed.raw(),
                signature: signed.signature,
                leaf_index: place as u64,
                inclusion_proof: log.proof(place as u64),
            }),
            _ => None,
        });
        json(&NoticeList { checkpoint: log.checkpoint(), notices: logged.collect() })
    }

    fn verify(&mut self, body: &[u8]) -> Response {
        let Ok(request) = serde_json::from_slice::<ProvenVerificationRequest>(body) else {
            return problem(Problem::MalformedRequest);
        };
        if !request.email.contains('@') {
            return problem(Problem::AddressNotValid);
        }
        if !self.proofs.take(&request) {
            return problem(Problem::ProofRequired);
        }
        let verification = format!("sealed-{}", self.asked.len());
        self.asked.insert(verification.clone(), request.request_digest);
        answer(202, "application/json", json(&json!({ "verification": verification })).unwrap())
    }

    fn confirm(&mut self, body: &[u8]) -> Response {
        match serde_json::from_slice(body) {
            Ok(Confirmation::Code { verification, code }) => match self.asked.get(&verification) {
                Some(digest) if code == CODE => {
                    self.confirmed.insert(*digest);
                    found(json(&json!({ "confirmed": true })))
                }
                Some(_) => problem(Problem::WrongCode),
                None => problem(Problem::VerificationNotValid),
            },
            _ => problem(Problem::MalformedRequest),
        }
    }

    fn issue(&mut self, body: &[u8]) -> Response {
        if !self.confirmed.contains(&RequestDigest::of(body)) {
            return problem(Problem::NotConfirmed);
        }
        if let Ok(request) = TokenRequest::decode(body) {
            return match self.sign(&request) {
                Some(response) => answer(200, media_type::TOKEN_RESPONSE, response.encode()),
                None => problem(Problem::AlreadyIssued),
            };
        }
        let Ok(batch) = BatchTokenRequest::decode(body) else { return problem(Problem::TokenRequestNotValid) };
        let token_responses: Vec<_> = batch.token_requests.iter().map(|request| self.sign(request)).collect();
        let status = match token_responses.iter().filter(|response| response.is_some()).count() {
            0 => 400,
            count if count == token_responses.len() => 200,
            _ => 206,
        };
        answer(status, media_type::BATCH_RESPONSE, BatchTokenResponse { token_responses }.encode())
    }

    fn sign(&mut self, request: &TokenRequest) -> Option<TokenResponse> {
        let index = (0..self.petitions.len())
            .find(|index| token_key(*index).id().truncated() == request.truncated_token_key_id)?;
        let stored = *self.petitions[index].issued.get_or_insert(request.hash());
        (stored == request.hash()).then(|| TokenResponse { blind_sig: blind_sign(index, &request.blinded_msg) })
    }

    fn redeem(&mut self, index: usize, authorization: &str) -> Response {
        let Ok(token) = parse_authorization(authorization) else { return problem(Problem::TokenNotValid) };
        let petition = &self.petitions[index];
        let (manifest, petition_id) = (petition.petition.manifest(), petition.petition.petition_id());
        if token.input.check_binding(manifest, &petition_id).is_err() || !openssl_takes(index, &token) {
            return problem(Problem::TokenNotValid);
        }
        self.take(index, Entry::Signature(token))
    }

    fn withdraw(&mut self, index: usize, body: &[u8]) -> Response {
        let Ok(request) = serde_json::from_slice::<WithdrawalRequest>(body) else {
            return problem(Problem::MalformedRequest);
        };
        let petition = &self.petitions[index];
        let stored = petition.log.entries.iter().filter_map(|entry| Entry::decode(entry).ok());
        let is_signed = |nonce: &Nonce| {
            let mut entries = stored.chain(petition.pool.iter().cloned());
            entries.any(|entry| matches!(entry, Entry::Signature(token) if token.input.nonce == *nonce))
        };
        match request.withdrawal() {
            Some(withdrawal) if is_signed(withdrawal.nonce()) => self.take(index, Entry::Withdrawal(withdrawal)),
            _ => problem(Problem::WithdrawalNotValid),
        }
    }

    fn take(&mut self, index: usize, entry: Entry) -> Response {
        let petition = &mut self.petitions[index];
        let manifest = petition.petition.manifest();
        let leaf_hash = entry.leaf_hash();
        if let Some(position) = petition.log.entries.iter().position(|stored| *stored == entry.encode()) {
            return found(json(&RedemptionAnswer::Published { leaf_hash, leaf_index: position as u64 }));
        }
        let publish_by = manifest.publication.publish_by(manifest.opens_at, self.now);
        let promise = Promise::sign(&petition.petition.log_origin(), leaf_hash, publish_by, &petition.log.key);
        if !petition.pool.contains(&entry) {
            petition.pool.push(entry);
        }
        found(json(&RedemptionAnswer::from(promise)))
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.petitions.iter().position(|petition| {
            petition.petition.manifest().slug.as_str() == name || petition.petition.petition_id().to_string() == name
        })
    }
}

pub fn answer(status: u16, media_type: &str, body: Vec<u8>) -> Response {
    Response { status, media_type: Some(media_type.into()), retry_after: None, body }
}

pub fn problem(problem: Problem) -> Response {
    answer(problem.status(), MEDIA_TYPE, json(&problem.document(None)).unwrap())
}

pub fn header(request: &Request, name: &str) -> Option<String> {
    request.headers().iter().find(|(header, _)| *header == name).map(|(_, value)| value.clone())
}

fn found(body: Option<Vec<u8>>) -> Response {
    body.map_or_else(|| problem(Problem::NotFound), |body| answer(200, "application/json", body))
}

fn json(value: &impl serde::Serialize) -> Option<Vec<u8>> {
    serde_json::to_vec(value).ok()
}
