use std::collections::{BTreeSet, HashSet};

use reqwest::Client;
use undersign_protocol::email_verification::{
    Address, EVALUATION_MEDIA_TYPE, EvaluationAnswer, EvaluationRequest, EvaluatorKey,
};
use undersign_server::config::Config;
use undersign_server::entropy::SystemEntropy;
use undersign_server::evaluator::rules::authenticator;
use undersign_server::oprf::Blinded;

use crate::copies::{Copied, hmac, keys_of, secrets_of};
use crate::server::TestServer;
use crate::tables::Tables;

/// Who has seized an identified side, with its database, its keys and its configuration, and has a list of addresses to try. Nothing of
/// what is tried asks the server.
pub struct Thief {
    /// Whatever has the size of a key.
    keys: Vec<[u8; 32]>,
    /// Whatever can be the secret of a petition.
    secrets: Vec<[u8; 32]>,
    rows: HashSet<Vec<u8>>,
    evaluator: Option<Evaluator>,
}

struct Evaluator {
    url: String,
    key: EvaluatorKey,
    secret: [u8; 32],
}

/// What asking an evaluator came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attempt {
    /// Addresses that have a row.
    pub found: BTreeSet<String>,
    /// How many questions were answered.
    pub answered: usize,
    /// How many were refused, because of a limit.
    pub limited: usize,
    /// How many nobody answered.
    pub in_vain: usize,
    /// How many were answered with another key than the one that made the tags.
    pub by_another_key: usize,
}

impl Thief {
    /// Takes everything that is there at this moment.
    pub async fn of(server: &TestServer) -> Self {
        let copied = Copied::everything(server);
        let keys = keys_of(&[copied.path()]);
        let secrets = secrets_of(&[copied.path()]);
        let rows = Tables::open(&server.database_url("identified")).await.petition_tags().await;
        let read = |name: &str| std::fs::read(copied.path().join(name)).ok();
        let text = String::from_utf8(read("undersign.toml").expect("a configuration")).expect("UTF-8");
        let section = Config::parse(&text).expect("a configuration").identified.expect("a side").evaluator;
        let evaluator = section.map(|section| Evaluator {
            url: section.url.as_str().trim_end_matches('/').to_owned(),
            key: section.key,
            secret: read("identified-keys/evaluator.secret").expect("a secret").try_into().expect("32 bytes"),
        });
        Self { keys, secrets, rows: rows.into_iter().collect(), evaluator }
    }

    /// How many rows there are to be found.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Which addresses have a row, by these files alone.
    pub fn by_keys(&self, addresses: &[String]) -> BTreeSet<String> {
        addresses.iter().filter(|address| self.has_row(canonical(address).as_slice())).cloned().collect()
    }

    /// Which addresses have a row, by these files and the evaluator that they name: one question for each address.
    pub async fn by_evaluator(&self, addresses: &[String]) -> Attempt {
        let evaluator = self.evaluator.as_ref().expect("a server with an evaluator");
        let client = Client::new();
        let mut attempt = Attempt::default();
        for address in addresses {
            let address_bytes = canonical(address);
            let blinded = Blinded::new(&address_bytes, &SystemEntropy).expect("an address");
            let authenticator = authenticator(&evaluator.secret, &blinded.element);
            let body = EvaluationRequest { blinded_element: blinded.element, authenticator }.encode();
            let request = client.post(format!("{}/v1/evaluations", evaluator.url));
            let Ok(answer) = request.header("content-type", EVALUATION_MEDIA_TYPE).body(body).send().await else {
                attempt.in_vain += 1;
                continue;
            };
            if answer.status() == 429 {
                attempt.limited += 1;
                continue;
            }
            assert_eq!(answer.status(), 200);
            let answer = EvaluationAnswer::decode(&answer.bytes().await.expect("a body")).expect("an answer");
            let Ok(output) = blinded.finalize(&answer, &evaluator.key) else {
                attempt.by_another_key += 1;
                continue;
            };
            attempt.answered += 1;
            if self.has_row(output.as_slice()) {
                attempt.found.insert(address.clone());
            }
        }
        attempt
    }

    /// Whether there is a row of a tag that some key makes of this.
    fn has_row(&self, message: &[u8]) -> bool {
        let mut tags = self.keys.iter().map(|key| hmac(key, message));
        tags.any(|tag| self.secrets.iter().any(|secret| self.rows.contains(hmac(secret, &tag).as_slice())))
    }
}

fn canonical(address: &str) -> Vec<u8> {
    Address::parse(address).expect("an address").canonical().as_bytes().to_vec()
}
