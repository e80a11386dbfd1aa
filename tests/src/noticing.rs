use std::fs;

use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::petition::{
    Notice, NoticeContent, NoticeList, NoticeSigner, NoticeText, SignedNotice, VerifiedManifest, VerifiedNotice,
};
use undersign_protocol::public_log::{Checkpoint, CheckpointKey};

use crate::server::TestServer;
use crate::wire::{Answer, Wire};

/// A notice of the organiser, published now, in the languages of the petition.
pub fn notice(server: &TestServer, petition: &VerifiedManifest, content: NoticeContent) -> Notice {
    let text = |language: &str| NoticeText {
        title: format!("Title in {language}"),
        body: format!("The **text** in {language}.\n\n<script>alert(1)</script>"),
    };
    let languages = petition.manifest().texts.keys();
    Notice {
        version: 1,
        petition_id: petition.petition_id(),
        signer: NoticeSigner::Organiser,
        published_at: server.now(),
        texts: languages.map(|language| (language.clone(), text(language.as_str()))).collect(),
        content,
        recovery_key: None,
    }
}

/// The operator's key for a petition, as it lies on the server's machine.
pub fn operator(server: &TestServer, petition: &VerifiedManifest) -> SecretKey {
    let name = format!("anonymous-keys/logs/{}.key", petition.manifest().log.public_key);
    let seed = fs::read(server.path().join(name)).expect("the log's key");
    SecretKey::from_seed(&seed.try_into().expect("32 bytes"))
}

/// Posts a notice to one side: the URL's beginning says which.
pub async fn post(wire: &Wire, base: &str, petition: &VerifiedManifest, signed: &SignedNotice) -> Answer {
    let body = serde_json::to_vec(&signed.request()).expect("JSON");
    wire.post(&format!("{base}/v1/petitions/{}/notices", petition.petition_id()), "application/json", body).await
}

/// Signs a notice as the organiser and posts it to both sides, which take it.
pub async fn publish(server: &TestServer, petition: &VerifiedManifest, notice: &Notice) -> SignedNotice {
    let key = match notice.signer {
        NoticeSigner::Organiser => SecretKey::from_seed(&server.organiser().seed()),
        NoticeSigner::Operator => operator(server, petition),
    };
    let signed = SignedNotice::sign(notice, &key).expect("a canonical notice");
    let wire = Wire::new(server);
    for base in [wire.issuer(""), wire.origin("")] {
        let answer = post(&wire, &base, petition, &signed).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    signed
}

/// The notices of a petition, each proved to be in its log.
pub async fn proved(server: &TestServer, petition: &VerifiedManifest) -> Vec<VerifiedNotice> {
    let wire = Wire::new(server);
    let url = wire.origin(&format!("/v1/petitions/{}/notices", petition.petition_id()));
    let list: NoticeList = serde_json::from_slice(&wire.get(&url).await.body).expect("a list of notices");
    let key = CheckpointKey::new(petition.log_origin(), petition.manifest().log.public_key);
    let tree = Checkpoint::open(&list.checkpoint, &key).expect("a checkpoint of this log");
    let notices = list.notices.iter().map(|logged| {
        let (leaf, proof) = logged.proof();
        proof.verify(&leaf, logged.leaf_index, &tree).expect("it is in the log");
        VerifiedNotice::verify(logged.signed(), petition).expect("a valid notice")
    });
    notices.collect()
}
