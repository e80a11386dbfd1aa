use std::net::IpAddr;
use std::time::Duration;

use undersign_protocol::email_verification::RequestDigest;
use undersign_protocol::issuance::BatchTokenResponse;
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::redemption::Token;
use undersign_protocol::timestamp::DAY;

use crate::at_rest::{Secret, Seized};
use crate::blinding::{Blinding, batch};
use crate::petitions::petition;
use crate::server::{Options, TestServer};
use crate::signer::Sender;
use crate::smtp::{MailOptions, MailServer};
use crate::wire::Wire;

/// Fifty people with an address, an IP address and a browser each, who signed through a mail server; and the server's files at four
/// moments. The server wrote the most detailed log that it can.
pub struct Fifty {
    /// The petitions are published and nobody has come.
    pub before: Seized,
    /// All have asked, no mail could be sent, and the server was killed.
    pub waiting: Seized,
    /// The last one has just signed.
    pub busy: Seized,
    /// What could be published is, and the tables are rewritten.
    pub quiet: Seized,
    /// What tells who came.
    pub secrets: Vec<Secret>,
    /// Tokens that became signatures in a log.
    pub published: Vec<Token>,
    /// Tokens in the pool of a petition that publishes once a day.
    pub pooled: Vec<Token>,
}

struct Person {
    email: String,
    wire: Wire,
    blindings: [Blinding; 2],
    verification: String,
}

impl Fifty {
    /// Lets the fifty sign.
    pub async fn sign() -> Self {
        let mut mail = MailServer::new();
        let smtp = Some(mail.settings("plain", ""));
        let log = Some("trace".to_owned());
        let mut server = TestServer::start(Options { smtp, log, ..Options::default() }).await;
        let soon = server.publish(petition("trees", server.now(), 1)).await;
        let late = server.publish(petition("rivers", server.now(), DAY)).await;
        let before = Seized::read(server.path());

        let mut secrets = Vec::new();
        let mut people = Vec::new();
        for number in 0..50 {
            people.push(Person::ask(number, &server, &mail, [&soon, &late], &mut secrets).await);
        }
        server.kill();
        let waiting = Seized::read(server.path());

        mail.start(&MailOptions::default()).await;
        server.restart().await;
        let (mut published, mut pooled) = (Vec::new(), Vec::new());
        for person in people {
            let wire = person.wire.clone();
            let [first, second] = person.tokens(&mut secrets).await;
            assert_eq!(wire.redeem(&soon.petition_id(), &first).await.status, 200);
            assert_eq!(wire.redeem(&late.petition_id(), &second).await.status, 200);
            published.push(first);
            pooled.push(second);
        }
        let busy = Seized::read(server.path());
        wait_until_quiet(&server, &soon, published.len() as u64).await;
        let quiet = Seized::read(server.path());
        Self { before, waiting, busy, quiet, secrets, published, pooled }
    }
}

impl Person {
    async fn ask(
        number: u8,
        server: &TestServer,
        mail: &MailServer,
        petitions: [&VerifiedManifest; 2],
        secrets: &mut Vec<Secret>,
    ) -> Self {
        let (name, domain) = (format!("Katja.Signer{number:02}"), format!("mail-of-{number:02}.example"));
        let email = format!("{name}@{domain}");
        let address = IpAddr::from([127, 0, 1, 101 + number]);
        let browser = format!("Browser-{number:02}/7.3");
        secrets.extend([
            Secret::text("address", &email),
            Secret::text("address in small letters", &email.to_ascii_lowercase()),
            Secret::text("name", &name),
            Secret::text("domain", &domain),
            Secret::text("IP address", &address.to_string()),
            Secret::bytes("IP address in bytes", &[&[0; 10][..], &[0xff; 2], &[127, 0, 1, 101 + number]].concat()),
            Secret::text("browser", &browser),
        ]);
        let wire = Wire::with(server, &Sender::with(Some(address), &browser), mail.mailbox());
        let blindings = petitions.map(Blinding::new);
        let verification = wire.verification(&email, &RequestDigest::of(&batch(&blindings))).await;
        secrets.push(Secret::text("verification", &verification));
        Self { email, wire, blindings, verification }
    }

    async fn tokens(self, secrets: &mut Vec<Secret>) -> [Token; 2] {
        let Self { email, wire, blindings, verification } = self;
        let mail = wire.mail(&email, 1).await;
        secrets.extend([
            Secret::text("code", &mail.code()),
            Secret::text("code without its hyphen", &mail.code().replace('-', "")),
            Secret::text("link", &mail.link_token()),
        ]);
        assert_eq!(wire.confirm_code(&verification, &mail.code()).await.status, 200);
        let answer = wire.batch_request(&batch(&blindings)).await;
        let mut answers = BatchTokenResponse::decode(&answer.body).expect("a batch").token_responses.into_iter();
        blindings.map(|blinding| blinding.token(&answers.next().flatten().expect("a token").encode()))
    }
}

/// Published, and both WALs empty: that is what a rewriting ends with.
async fn wait_until_quiet(server: &TestServer, petition: &VerifiedManifest, total: u64) {
    let wire = Wire::new(server);
    for _ in 0..600 {
        let empty = |side: &str| {
            let wal = server.database(side).with_extension("db-wal");
            std::fs::metadata(wal).is_ok_and(|metadata| metadata.len() == 0)
        };
        if wire.total(&petition.petition_id()).await == total && empty("identified") && empty("anonymous") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not everything was published and rewritten within 30 seconds");
}
