//! `undersign-peer`: what the server is compared with, as a process of its own on a free port, which it prints. An issuer and origin
//! made of the package `privacypass` and a bare axum router, which keeps everything in memory; and a route that answers with so many
//! bytes and does nothing else.

use std::collections::{HashMap, HashSet};
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use blind_rsa_signatures::{KeyPairSha384PSSDeterministic, PublicKeySha384PSSDeterministic};
use privacypass::auth::authorize::parse_authorization_header;
use privacypass::public_tokens::server::{
    IssuerKeyStore, IssuerServer, OriginKeyStore, OriginServer, serialize_public_key,
};
use privacypass::public_tokens::{PublicToken, TokenRequest, public_key_to_truncated_token_key_id};
use privacypass::{Nonce, NonceStore, TruncatedTokenKeyId};
use tls_codec::{Deserialize as _, Serialize as _};
use tokio::net::TcpListener;
use undersign_tests::signer::rng;

#[derive(Default)]
struct Peer {
    issuer: IssuerServer,
    origin: OriginServer,
    secrets: Secrets,
    publics: Publics,
    nonces: Nonces,
    hello: Mutex<HashMap<usize, Bytes>>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let peer = Arc::new(Peer::default());
    let key = peer.issuer.create_keypair(&mut rng(), &peer.secrets).await.context("a key")?;
    let id = public_key_to_truncated_token_key_id(&key).context("a key id")?;
    peer.publics.insert(id, key.clone()).await;
    let spki = Bytes::from(serialize_public_key(&key).context("a key")?);
    let router = Router::new()
        .route("/key", get(async move || spki))
        .route("/token-request", post(issue))
        .route("/redeem", post(redeem))
        .route("/hello/{bytes}", get(hello))
        .with_state(peer);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    std::io::stdout().flush()?;
    Ok(axum::serve(listener, router).await?)
}

async fn issue(State(peer): State<Arc<Peer>>, body: Bytes) -> Response {
    let Ok(request) = TokenRequest::tls_deserialize_exact(&body) else {
        return StatusCode::UNPROCESSABLE_ENTITY.into_response();
    };
    let answer = peer.issuer.issue_token_response(&peer.secrets, request).await;
    match answer.ok().and_then(|answer| answer.tls_serialize_detached().ok()) {
        Some(answer) => ([(header::CONTENT_TYPE, "application/private-token-response")], answer).into_response(),
        None => StatusCode::BAD_REQUEST.into_response(),
    }
}

async fn redeem(State(peer): State<Arc<Peer>>, headers: HeaderMap) -> StatusCode {
    let value = headers.get(header::AUTHORIZATION);
    let token: Option<PublicToken> = value.and_then(|value| parse_authorization_header(value).ok());
    let Some(token) = token else { return StatusCode::UNAUTHORIZED };
    match peer.origin.redeem_token(&peer.publics, &peer.nonces, token).await {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::UNAUTHORIZED,
    }
}

async fn hello(State(peer): State<Arc<Peer>>, Path(bytes): Path<usize>) -> Bytes {
    let mut hello = peer.hello.lock().unwrap_or_else(PoisonError::into_inner);
    hello.entry(bytes).or_insert_with(|| "x".repeat(bytes).into()).clone()
}

#[derive(Default)]
struct Secrets(Mutex<HashMap<TruncatedTokenKeyId, KeyPairSha384PSSDeterministic>>);

#[async_trait]
impl IssuerKeyStore for Secrets {
    async fn insert(&self, id: TruncatedTokenKeyId, key: KeyPairSha384PSSDeterministic) -> bool {
        lock(&self.0).insert(id, key).is_none()
    }

    async fn get(&self, id: &TruncatedTokenKeyId) -> Option<KeyPairSha384PSSDeterministic> {
        lock(&self.0).get(id).cloned()
    }

    async fn remove(&self, id: &TruncatedTokenKeyId) -> bool {
        lock(&self.0).remove(id).is_some()
    }
}

#[derive(Default)]
struct Publics(Mutex<HashMap<TruncatedTokenKeyId, PublicKeySha384PSSDeterministic>>);

#[async_trait]
impl OriginKeyStore for Publics {
    async fn insert(&self, id: TruncatedTokenKeyId, key: PublicKeySha384PSSDeterministic) {
        lock(&self.0).insert(id, key);
    }

    async fn get(&self, id: &TruncatedTokenKeyId) -> Vec<PublicKeySha384PSSDeterministic> {
        lock(&self.0).get(id).cloned().into_iter().collect()
    }

    async fn remove(&self, id: &TruncatedTokenKeyId) -> bool {
        lock(&self.0).remove(id).is_some()
    }
}

/// Nonces that are taken: of those that are being checked and of those that are redeemed.
#[derive(Default)]
struct Nonces(Mutex<HashSet<Nonce>>);

#[async_trait]
impl NonceStore for Nonces {
    async fn reserve(&self, nonce: &Nonce) -> bool {
        lock(&self.0).insert(*nonce)
    }

    async fn commit(&self, _: &Nonce) {}

    async fn release(&self, nonce: &Nonce) {
        lock(&self.0).remove(nonce);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
