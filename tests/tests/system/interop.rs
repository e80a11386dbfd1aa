use blind_rsa_signatures::PublicKeySha384PSSDeterministic;
use privacypass::auth::authenticate::{Challenge, TokenChallenge, parse_www_authenticate_header};
use privacypass::auth::authorize::build_authorization_header;
use privacypass::generic_tokens::{GenericBatchTokenRequest, GenericBatchTokenResponse, GenericToken};
use privacypass::public_tokens::{PublicToken, TokenRequest, TokenResponse, TokenState};
use reqwest::Client;
use reqwest::header::{HeaderValue, WWW_AUTHENTICATE};
use serde_json::{Value, json};
use tls_codec::{Deserialize as _, Serialize as _};
use undersign_protocol::bytes::from_padded_base64url;
use undersign_protocol::email_verification::RequestDigest;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::signer::{Sender, Signer, rng};

const TOKEN_REQUEST: &str = "application/private-token-request";
const BATCH_REQUEST: &str = "application/private-token-generic-batch-request";

/// A client that was written from RFC 9577, RFC 9578 and the issuer directory, with the `privacypass` package in the place of all our
/// own code; only the mail is ours.
struct Stranger<'a> {
    server: &'a TestServer,
    client: Client,
}

/// What a challenge asks for.
struct Wanted {
    challenge: TokenChallenge,
    key: PublicKeySha384PSSDeterministic,
}

impl<'a> Stranger<'a> {
    fn new(server: &'a TestServer) -> Self {
        Self { server, client: Sender::new(None).client().clone() }
    }

    /// Provokes the 401 and takes its challenge; the key must be in the directory.
    async fn challenged(&self, petition_id: &str) -> Wanted {
        let answer = self.client.post(self.signatures(petition_id)).send().await.expect("an answer");
        assert_eq!(answer.status(), 401);
        let header = answer.headers().get(WWW_AUTHENTICATE).expect("a challenge");
        // RFC 9577 §2.1 writes the values in quotes, for "=" may stand in them; the package reads them without.
        let bare = HeaderValue::from_str(&header.to_str().expect("ASCII").replace('"', "")).expect("a header");
        let challenges: Vec<Challenge> = parse_www_authenticate_header(&bare).expect("a challenge of RFC 9577");
        let [challenge] = challenges.as_slice() else { panic!("one challenge") };
        let spki = challenge.token_key().to_vec();
        assert!(self.directory_keys().await.contains(&spki), "the directory names the key");
        let key = PublicKeySha384PSSDeterministic::from_spki(&spki).expect("a key");
        Wanted { challenge: challenge.token_challenge().clone(), key }
    }

    async fn directory_keys(&self) -> Vec<Vec<u8>> {
        let url = format!("{}/.well-known/private-token-issuer-directory", self.server.issuer());
        let answer = self.client.get(url).send().await.expect("an answer");
        assert_eq!(answer.headers()["content-type"], "application/private-token-issuer-directory");
        let directory: Value = serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("JSON");
        assert_eq!(directory["issuer-request-uri"], "/v1/token-requests");
        let keys = directory["token-keys"].as_array().expect("keys").iter();
        let keys = keys.map(|key| {
            assert_eq!(key["token-type"], 2);
            from_padded_base64url(key["token-key"].as_str().expect("a key")).expect("base64url")
        });
        keys.collect()
    }

    /// Has the body's digest confirmed by the code of a mail.
    async fn confirm(&self, email: &str, body: &[u8]) {
        let digest = RequestDigest::of(body).to_string();
        let request = json!({ "email": email, "locale": "en", "request_digest": digest });
        let answer = self.post_json("/v1/email-verifications", &request).await;
        let mail = self.server.mailbox().wait_for(email, 1).await;
        let request = json!({ "verification": answer["verification"], "code": mail.code() });
        self.post_json("/v1/email-verifications/confirm", &request).await;
    }

    async fn post_json(&self, path: &str, body: &Value) -> Value {
        let request = self.client.post(format!("{}{path}", self.server.issuer()));
        let answer = request.header("content-type", "application/json").body(body.to_string()).send().await;
        let answer = answer.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
        serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("JSON")
    }

    async fn post_tokens(&self, media_type: &str, body: Vec<u8>) -> Vec<u8> {
        let request = self.client.post(format!("{}/v1/token-requests", self.server.issuer()));
        let answer = request.header("content-type", media_type).body(body).send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        answer.bytes().await.expect("a body").to_vec()
    }

    async fn redeem(&self, petition_id: &str, token: &PublicToken) {
        let (name, value): (_, HeaderValue) = build_authorization_header(token).expect("a header");
        let request = self.client.post(self.signatures(petition_id)).header(name, value);
        assert_eq!(request.send().await.expect("an answer").status(), 200);
    }

    fn signatures(&self, petition_id: &str) -> String {
        format!("{}/v1/petitions/{petition_id}/signatures", self.server.origin())
    }
}

fn blind(wanted: &Wanted) -> (TokenRequest, TokenState) {
    TokenRequest::new(&mut rng(), wanted.key.clone(), &wanted.challenge).expect("a token request")
}

async fn petition_id(server: &TestServer, slug: &str) -> String {
    Signer::new(server, "reader@example.org").check(&server.link_to(slug)).await.petition_id().to_string()
}

#[tokio::test]
async fn a_client_written_from_the_rfcs_alone_signs_once() {
    let server = TestServer::with_petitions(Options::default(), &["trees"]).await;
    let stranger = Stranger::new(&server);
    let petition_id = petition_id(&server, "trees").await;

    let wanted = stranger.challenged(&petition_id).await;
    let (request, state) = blind(&wanted);
    let body = request.tls_serialize_detached().expect("259 bytes");
    stranger.confirm("stranger@example.org", &body).await;
    let answer = stranger.post_tokens(TOKEN_REQUEST, body).await;
    let response = TokenResponse::tls_deserialize_exact(&answer).expect("a token response");
    let token = response.issue_token(&state).expect("a token that verifies");
    stranger.redeem(&petition_id, &token).await;
    stranger.redeem(&petition_id, &token).await;

    let anyone = Signer::new(&server, "anyone@example.org");
    let total = anyone.wait_for_total(&server.link_to("trees"), 1).await;
    assert_eq!((total.total, total.issued), (1, 1));
}

#[tokio::test]
async fn a_batch_of_another_implementation_signs_two_petitions() {
    let server = TestServer::with_petitions(Options::default(), &["trees", "rivers"]).await;
    let stranger = Stranger::new(&server);
    let ids = [petition_id(&server, "trees").await, petition_id(&server, "rivers").await];

    let mut builder = GenericBatchTokenRequest::builder();
    for id in &ids {
        let (request, state) = blind(&stranger.challenged(id).await);
        builder = builder.add_token_request(request.into(), state.into());
    }
    let (batch, states) = builder.build();
    let body = batch.tls_serialize_detached().expect("a batch");
    stranger.confirm("stranger@example.org", &body).await;
    let answer = stranger.post_tokens(BATCH_REQUEST, body).await;
    let response = GenericBatchTokenResponse::try_from_bytes(&answer).expect("a batch response");
    let tokens = response.issue_tokens(&states).expect("tokens that verify");
    assert_eq!(tokens.len(), 2);
    for (id, token) in ids.iter().zip(tokens) {
        let GenericToken::Public(token) = token else { panic!("a token of type 2") };
        stranger.redeem(id, &token).await;
    }

    let anyone = Signer::new(&server, "anyone@example.org");
    for slug in ["trees", "rivers"] {
        assert_eq!(anyone.wait_for_total(&server.link_to(slug), 1).await.total, 1);
    }
}
