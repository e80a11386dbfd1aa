//! Every route, asked by everybody: what waits for the moderator, and what is another organiser's, is reached by the right key alone.

use std::collections::BTreeSet;

use undersign_client_lib::organiser::format_publication;
use undersign_protocol::daily_counts::{CountedBy, CountsRequest};
use undersign_protocol::ed25519::SecretKey;
use undersign_protocol::petition::{
    NoticeContent, NoticeSigner, PrepareNonce, PrepareRequest, SignedNotice, VerifiedManifest,
};
use undersign_protocol::problem::Problem;
use undersign_tests::moderating::{Stranger, hand_in_to_both, operated, post_question};
use undersign_tests::noticing::{notice, operator as log_key, post as post_notice};
use undersign_tests::oblivious::TestRelay;
use undersign_tests::openapi::{nameless, routed_paths, routes_of, specified_routes};
use undersign_tests::petitions::petition;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::tables::Tables;
use undersign_tests::wire::{Answer, Wire};

/// Who answers to what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Asks {
    /// Nothing is sent but the address.
    Reads,
    /// A body that an organiser signs, or that only the organiser has.
    Signed,
    /// What signers send. No organiser has anything to do with it.
    Person,
}

use Asks::{Person, Reads, Signed};

/// Every route of both sides. A new one belongs here: what is it asked with?
const ROUTES: [(&str, &str, Asks); 58] = [
    ("GET", "/v1/petitions", Reads),
    ("POST", "/v1/petitions", Signed),
    ("POST", "/v1/petitions/prepare", Signed),
    ("GET", "/v1/petitions/{petition}", Reads),
    ("POST", "/v1/petitions/{petition_id}/review", Signed),
    ("GET", "/v1/petitions/{petition}/notices", Reads),
    ("POST", "/v1/petitions/{petition_id}/notices", Signed),
    ("POST", "/v1/petitions/{petition}/picture", Signed),
    ("GET", "/v1/petitions/{petition}/issued", Reads),
    ("POST", "/v1/petitions/{petition}/issued/days", Signed),
    ("GET", "/v1/petitions/{petition}/close", Reads),
    ("GET", "/v1/petitions/{petition}/total", Reads),
    ("POST", "/v1/petitions/{petition}/total/days", Signed),
    ("GET", "/v1/petitions/{petition}/count", Reads),
    ("GET", "/v1/petitions/{petition_id}/log/checkpoint", Reads),
    ("GET", "/v1/petitions/{petition_id}/log/tile/{tile}", Reads),
    ("GET", "/v1/log/key", Reads),
    ("GET", "/v1/log/checkpoint", Reads),
    ("GET", "/v1/log/tile/{tile}", Reads),
    ("GET", "/.well-known/private-token-issuer-directory", Reads),
    ("GET", "/.well-known/ohttp-gateway", Reads),
    ("POST", "/.well-known/ohttp-gateway", Person),
    ("POST", "/v1/email-verifications", Person),
    ("POST", "/v1/email-verifications/challenge", Person),
    ("POST", "/v1/email-verifications/confirm", Person),
    ("GET", "/confirm", Reads),
    ("POST", "/confirm", Person),
    ("POST", "/v1/token-requests", Person),
    ("POST", "/v1/petitions/{petition_id}/signatures", Person),
    ("POST", "/v1/petitions/{petition_id}/withdrawals", Person),
    ("GET", "/", Reads),
    ("GET", "/{lang}/", Reads),
    ("GET", "/p/{slug}", Reads),
    ("GET", "/{lang}/p/{slug}", Reads),
    ("GET", "/p/{slug}/verify", Reads),
    ("GET", "/{lang}/p/{slug}/verify", Reads),
    ("GET", "/p/{slug}/withdraw", Reads),
    ("GET", "/{lang}/p/{slug}/withdraw", Reads),
    ("GET", "/p/{slug}/share", Reads),
    ("GET", "/{lang}/p/{slug}/share", Reads),
    ("GET", "/p/{slug}/news.atom", Reads),
    ("GET", "/{lang}/p/{slug}/news.atom", Reads),
    ("GET", "/p/{slug}/badge.svg", Reads),
    ("GET", "/{lang}/p/{slug}/badge.svg", Reads),
    ("GET", "/p/{slug}/preview.png", Reads),
    ("GET", "/{lang}/p/{slug}/preview.png", Reads),
    ("GET", "/p/{slug}/picture.jpg", Reads),
    ("GET", "/o/{organiser_key}", Reads),
    ("GET", "/{lang}/o/{organiser_key}", Reads),
    ("GET", "/about", Reads),
    ("GET", "/{lang}/about", Reads),
    ("GET", "/safety", Reads),
    ("GET", "/{lang}/safety", Reads),
    ("GET", "/forget", Reads),
    ("POST", "/forget", Person),
    ("GET", "/{lang}/forget", Reads),
    ("POST", "/{lang}/forget", Person),
    ("GET", "/assets/{version}/{name}", Reads),
];

/// What nobody else must read.
const SECRET: &str = "We have not told anybody yet.";
const REASON: &str = "It names a private person.";

/// A server on which one petition waits, one was refused and one is public, of three organisers.
struct World {
    server: TestServer,
    wire: Wire,
    stranger: Stranger,
    /// Another organiser, whom the operator has listed.
    other: Stranger,
    waiting: VerifiedManifest,
    refused: VerifiedManifest,
    public: VerifiedManifest,
}

impl World {
    async fn new() -> Self {
        let options = Options { apart: true, review: Some("others".to_owned()), ..Options::default() };
        let options = TestRelay::reserve().options(options);
        let server = TestServer::start(options).await;
        let (wire, stranger, other) = (Wire::new(&server), Stranger::new(1), Stranger::new(2));
        let key = other.key.public_key().to_string();
        operated(&server, &["organisers", "add", &key, "--name", "Another organiser"]);
        let public = server.publish(petition("public", server.now(), 1)).await;
        let mut hidden = Vec::new();
        for slug in ["waiting", "refused"] {
            let mut folder = petition(slug, server.now(), 1);
            folder.texts.values_mut().for_each(|text| text.body = SECRET.to_owned());
            let signed = stranger.signed(&server, &folder).await;
            hand_in_to_both(&wire, &signed).await;
            hidden.push(signed);
        }
        operated(&server, &["petitions", "refuse", "refused", "--reason", REASON]);
        let (refused, waiting) = (hidden.pop().expect("two"), hidden.pop().expect("two"));
        Self { server, wire, stranger, other, waiting, refused, public }
    }

    fn bases(&self) -> [String; 2] {
        [self.wire.issuer(""), self.wire.origin("")]
    }

    /// A request to a route about a petition, as this key would send it; nobody has none.
    async fn send(
        &self,
        base: &str,
        (method, path, asks): (&str, &str, Asks),
        petition: &VerifiedManifest,
        name: &str,
        key: Option<&SecretKey>,
    ) -> Answer {
        let organiser = petition.manifest().organiser.public_key.to_string();
        let mut url = format!("{base}{path}");
        for (part, value) in [
            ("{petition}", name),
            ("{petition_id}", name),
            ("{slug}", name),
            ("{lang}", "en"),
            ("{organiser_key}", organiser.as_str()),
            ("{tile}", "entries/000.p/1"),
            ("{version}", "0"),
            ("{name}", "page.css"),
        ] {
            url = url.replace(part, value);
        }
        match (method, asks) {
            ("GET", _) => self.wire.get(&url).await,
            (_, Signed) => {
                let (media_type, body) = self.body(path, petition, key);
                self.wire.post(&url, media_type, body).await
            }
            _ => self.wire.post(&url, "application/json", "{}").await,
        }
    }

    /// What an organiser with this key would post about a petition; what nobody could, without one.
    fn body(&self, path: &str, petition: &VerifiedManifest, key: Option<&SecretKey>) -> (&'static str, Vec<u8>) {
        let anybody = SecretKey::from_seed(&[99; 32]);
        let signer = key.unwrap_or(&anybody);
        let body = match path.rsplit('/').next() {
            Some("prepare") => {
                let slug = petition.manifest().slug.clone();
                let mut request = PrepareRequest::sign(slug, PrepareNonce::from([5; 16]), signer);
                if key.is_none() {
                    // In another's name.
                    request.organiser_key = petition.manifest().organiser.public_key;
                }
                serde_json::to_vec(&request)
            }
            Some("days") => {
                let by = if path.contains("/issued/") { CountedBy::Issuer } else { CountedBy::Origin };
                let (id, today) = (petition.petition_id(), self.server.now().day());
                serde_json::to_vec(&CountsRequest::sign(&id, by, today, [7; 16].into(), signer))
            }
            Some("review") => serde_json::to_vec(&Stranger { key: copy(signer) }.question(petition)),
            Some("notices") => {
                let mut update = notice(&self.server, petition, NoticeContent::Update {});
                if key.is_none() {
                    update.signer = NoticeSigner::Operator;
                }
                serde_json::to_vec(&SignedNotice::sign(&update, signer).expect("canonical").request())
            }
            Some("picture") => return ("application/octet-stream", b"no such picture".to_vec()),
            _ => {
                let text = String::from_utf8(format_publication(petition)).expect("UTF-8");
                let own = petition.organiser_signature().to_string();
                let is_right = signer.public_key() == petition.manifest().organiser.public_key;
                let signature = signer.sign(b"something else").to_string();
                Ok(if is_right { text } else { text.replace(&own, &signature) }.into_bytes())
            }
        };
        ("application/json", body.expect("JSON"))
    }

    /// What an answer must not hold.
    fn secrets(&self) -> Vec<String> {
        let mut secrets = vec![SECRET.to_owned(), REASON.to_owned()];
        for petition in [&self.waiting, &self.refused] {
            let manifest = petition.manifest();
            secrets.push(format!("Petition {}", manifest.slug));
            let token_key = serde_json::to_value(manifest.issuer.token_key).expect("JSON");
            secrets.push(token_key.as_str().expect("text").to_owned());
            secrets.push(manifest.log.public_key.to_string());
        }
        secrets
    }
}

fn copy(key: &SecretKey) -> SecretKey {
    SecretKey::from_seed(&key.seed())
}

fn leaks(answer: &Answer, secrets: &[String]) -> Option<String> {
    let text = answer.text();
    secrets.iter().find(|secret| text.contains(secret.as_str())).cloned()
}

#[test]
fn every_route_of_the_specification_and_of_the_source_is_in_the_table() {
    let table: BTreeSet<_> =
        ROUTES.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    assert_eq!(table.len(), ROUTES.len(), "a route stands twice");
    let specified = specified_routes();
    assert_eq!(table.symmetric_difference(&specified).collect::<Vec<_>>(), Vec::<&(String, String)>::new());
    // Pages of a language are routed by the same words as those of none.
    let listed: BTreeSet<_> = specified.iter().map(|(_, path)| nameless(path)).collect();
    let routed = routed_paths();
    assert!(routed.len() > 20, "the control: the source's routes are found: {routed:?}");
    assert_eq!(routed.difference(&listed).collect::<Vec<_>>(), Vec::<&String>::new());
    let forgotten = "paths:\n  /a:\n    get:\n    parameters:\n  /b/{c}:\n    post:\n";
    let found: Vec<_> = routes_of(forgotten).into_iter().map(|(method, path)| format!("{method} {path}")).collect();
    assert_eq!(found, ["GET /a", "POST /b/{c}"], "the control: routes are found");
}

#[tokio::test]
async fn no_route_tells_nobody_or_another_organiser_what_waits_or_was_refused_and_why() {
    let world = World::new().await;
    let secrets = world.secrets();
    for route in ROUTES {
        for hidden in [&world.waiting, &world.refused] {
            for name in [hidden.petition_id().to_string(), hidden.manifest().slug.to_string()] {
                for key in [None, Some(&world.other.key)] {
                    for base in world.bases() {
                        let answer = world.send(&base, route, hidden, &name, key).await;
                        let who = if key.is_some() { "another organiser" } else { "nobody" };
                        assert_eq!(leaks(&answer, &secrets), None, "{route:?}, {who}, {base}");
                        // Its own keys are prepared for whoever is listed; for a slug that waits not even those.
                        let may_prepare = route.1.ends_with("/prepare") && key.is_some();
                        if route.2 == Signed && !may_prepare {
                            assert!(answer.status >= 400, "{route:?}, {who}: {} {}", answer.status, answer.text());
                        }
                    }
                }
            }
        }
    }
    for base in world.bases() {
        let document = world.wire.get(&format!("{base}/v1/petitions/public")).await;
        let public = vec!["The whole text about public.".to_owned()];
        assert!(leaks(&document, &public).is_some(), "the control: what is public is found");
    }
    for petition in [&world.waiting, &world.refused] {
        let shown = operated(&world.server, &["petitions", "show", &petition.petition_id().to_string()]);
        assert!(shown.contains(SECRET), "the control: the moderator reads it");
    }
}

#[tokio::test]
async fn the_right_organiser_reaches_what_is_his_and_nothing_more_while_it_waits() {
    let world = World::new().await;
    let key = Some(&world.stranger.key);
    let id = world.waiting.petition_id().to_string();
    let of =
        |end: &str| ROUTES.into_iter().find(|(method, path, _)| *method == "POST" && path.ends_with(end)).expect(end);
    for base in world.bases() {
        let asked = world.send(&base, of("/review"), &world.waiting, &id, key).await;
        assert_eq!((asked.status, &asked.json()["state"]), (200, &"waiting".into()));
        let published = world.send(&base, of("/v1/petitions"), &world.waiting, &id, key).await;
        assert_eq!((published.status, &published.json()["state"]), (202, &"waiting".into()));
        // Notices are about what is public: neither the organiser nor the operator's key makes it so.
        let noticed = world.send(&base, of("/notices"), &world.waiting, &id, key).await;
        assert_eq!(noticed.problem(), Problem::UnknownPetition);
        let mut take_down = notice(&world.server, &world.waiting, NoticeContent::TakeDown {});
        take_down.signer = NoticeSigner::Operator;
        let signed = SignedNotice::sign(&take_down, &log_key(&world.server, &world.waiting)).expect("canonical");
        let noticed = post_notice(&world.wire, &base, &world.waiting, &signed).await;
        assert_eq!(noticed.problem(), Problem::UnknownPetition);
        // What was refused has a reason, for this key.
        let asked =
            world.send(&base, of("/review"), &world.refused, &world.refused.petition_id().to_string(), key).await;
        assert_eq!(asked.json()["reason"], REASON);
    }
}

#[tokio::test]
async fn another_organiser_s_key_does_nothing_to_a_public_petition() {
    let world = World::new().await;
    let id = world.public.petition_id().to_string();
    let before = world.wire.get(&world.wire.origin(&format!("/v1/petitions/{id}/log/checkpoint"))).await.text();
    for base in world.bases() {
        for (key, end, problem) in [
            (Some(&world.other.key), "/notices", Problem::SignatureNotValid),
            (None, "/notices", Problem::SignatureNotValid),
            (Some(&world.other.key), "/review", Problem::UnknownPetition),
            (None, "/review", Problem::UnknownPetition),
            (Some(&world.other.key), "/v1/petitions", Problem::SignatureNotValid),
            (None, "/v1/petitions", Problem::SignatureNotValid),
            (Some(&world.other.key), "/prepare", Problem::SlugTaken),
            (None, "/prepare", Problem::SignatureNotValid),
            (Some(&world.other.key), "/issued/days", Problem::SignatureNotValid),
            (None, "/issued/days", Problem::SignatureNotValid),
            (Some(&world.other.key), "/total/days", Problem::SignatureNotValid),
            (None, "/total/days", Problem::SignatureNotValid),
            (Some(&world.other.key), "/picture", Problem::NotFound),
        ] {
            let is_of_one_side = match end {
                "/picture" | "/total/days" => base == world.wire.issuer(""),
                "/issued/days" => base == world.wire.origin(""),
                _ => false,
            };
            if is_of_one_side {
                continue;
            }
            let route =
                ROUTES.into_iter().find(|(method, path, _)| *method == "POST" && path.ends_with(end)).expect("a route");
            let answer = world.send(&base, route, &world.public, &id, key).await;
            assert_eq!(answer.problem(), problem, "{end} at {base}");
        }
    }
    let after = world.wire.get(&world.wire.origin(&format!("/v1/petitions/{id}/log/checkpoint"))).await.text();
    assert_eq!(before.lines().nth(1), after.lines().nth(1), "nothing was appended");
}

#[tokio::test]
async fn a_signed_request_that_is_sent_again_does_nothing_the_second_time() {
    let world = World::new().await;
    let (wire, server) = (&world.wire, &world.server);
    let stored = async || {
        let mut rows = Vec::new();
        for side in ["identified", "anonymous"] {
            let mut tables = Tables::open(&server.database_url(side)).await;
            for table in ["petition", "prepared", "notice", "review"] {
                rows.push(tables.count(table).await);
            }
        }
        rows
    };
    let slug: undersign_protocol::petition::Slug = "lakes".parse().expect("a slug");
    let prepare = PrepareRequest::sign(slug, PrepareNonce::from([6; 16]), &world.other.key);
    let prepare = serde_json::to_value(&prepare).expect("JSON");
    let update = notice(server, &world.public, NoticeContent::Update {});
    let update = SignedNotice::sign(&update, server.organiser()).expect("canonical");
    let questions = world.bases().map(|_| world.stranger.question(&world.waiting));

    let mut first = Vec::new();
    let before = stored().await;
    for (base, question) in world.bases().iter().zip(&questions) {
        let prepared = wire.post_json(&format!("{base}/v1/petitions/prepare"), &prepare).await;
        let noticed = post_notice(wire, base, &world.public, &update).await;
        let asked = post_question(wire, base, &world.waiting, question).await;
        assert_eq!([prepared.status, noticed.status, asked.status], [200; 3], "{}", prepared.text());
        first.push([prepared.body, noticed.body]);
    }
    let after = stored().await;
    assert_ne!(before, after, "the control: the first time something is kept");
    for ((base, question), first) in world.bases().iter().zip(&questions).zip(&first) {
        let prepared = wire.post_json(&format!("{base}/v1/petitions/prepare"), &prepare).await;
        let noticed = post_notice(wire, base, &world.public, &update).await;
        let asked = post_question(wire, base, &world.waiting, question).await;
        assert_eq!(&[prepared.body, noticed.body], first, "the same answer, and nothing else");
        assert_eq!(asked.problem(), Problem::Replayed);
    }
    assert_eq!(stored().await, after);

    // Once what was prepared is public, the request that prepared it makes no new keys either.
    let lakes = world.other.signed(server, &petition("lakes", server.now(), 1)).await;
    for base in world.bases() {
        let published = undersign_tests::moderating::hand_in(wire, &base, &lakes).await;
        assert_eq!(published.status, 200, "{}", published.text());
    }
    for base in world.bases() {
        let answer = wire.post_json(&format!("{base}/v1/petitions/prepare"), &prepare).await;
        assert_eq!(answer.problem(), Problem::SlugTaken);
    }
}
