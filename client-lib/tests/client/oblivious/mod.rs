//! Handing in through relays: what is sealed, what is opened, and what of a host's log is believed.

mod announced;
mod answers;
mod exchange;

use std::io::Cursor;

use bhttp::{Message, Mode, StatusCode};
use ohttp::hpke::{Aead, Kdf, Kem};
use ohttp::{Server, ServerResponse, SymmetricSuite};
use undersign_client_lib::oblivious::{Inner, Sealed};
use undersign_client_lib::request::Request;
use undersign_client_lib::response::Response;
use undersign_protocol::oblivious::{KeyConfig, RESPONSE_MEDIA_TYPE, RESPONSE_SIZE, Week, pad, unpad_request};
use undersign_protocol::public_log::{HostEntry, KeyConfigEntry};

use crate::support::petition::HOST;
use crate::support::server::{TestServer, answer};

/// A gateway with the key of one week.
pub struct Gateway {
    server: Server,
    pub entry: KeyConfigEntry,
}

/// What a gateway has opened.
pub struct Opened {
    pub message: Message,
    sealer: ServerResponse,
}

impl Gateway {
    pub fn of(week: Week) -> Self {
        let suite = SymmetricSuite::new(Kdf::HkdfSha256, Aead::ChaCha20Poly1305);
        let config = ohttp::KeyConfig::new(week.key_id(), Kem::X25519Sha256, vec![suite]).unwrap();
        let KeyConfig { public_key, .. } = KeyConfig::decode(&config.encode().unwrap()).unwrap();
        let entry = KeyConfigEntry::of_week(week, public_key).unwrap();
        Self { server: Server::new(config).unwrap(), entry }
    }

    pub fn logged(&self) -> Vec<u8> {
        HostEntry::KeyConfig(self.entry.clone()).encode()
    }

    pub fn seal(&self, request: &Request) -> Sealed {
        Sealed::new(&Inner::of(request), HOST, self.entry.key_config()).unwrap()
    }

    pub fn open(&self, body: &[u8]) -> Opened {
        let (padded, sealer) = self.server.decapsulate(body).unwrap();
        let message = Message::read_bhttp(&mut Cursor::new(unpad_request(&padded).unwrap())).unwrap();
        Opened { message, sealer }
    }

    /// What a relay brings back of what it was given.
    pub fn answer(&self, server: &mut TestServer, body: &[u8]) -> Response {
        let Opened { message, sealer } = self.open(body);
        let text = |bytes: Option<&[u8]>| String::from_utf8(bytes.unwrap_or_default().to_vec()).unwrap();
        let (verb, path) = (text(message.control().method()), text(message.control().path()));
        let authorization = text(message.header().get(b"authorization"));
        let answer = server.answer_to(&verb, path.strip_prefix('/').unwrap(), &authorization, message.content());
        let mut inner = Message::response(StatusCode::try_from(answer.status).unwrap());
        inner.put_header("content-type", answer.media_type.unwrap());
        inner.put_header("retry-after", "7");
        inner.write_content(&answer.body);
        sealed_answer(sealer, &inner)
    }
}

pub fn sealed_answer(sealer: ServerResponse, inner: &Message) -> Response {
    let mut encoded = Vec::new();
    inner.write_bhttp(Mode::KnownLength, &mut encoded).unwrap();
    relayed(sealer.encapsulate(&pad(&encoded, RESPONSE_SIZE).unwrap()).unwrap())
}

pub fn relayed(body: Vec<u8>) -> Response {
    answer(200, RESPONSE_MEDIA_TYPE, body)
}
