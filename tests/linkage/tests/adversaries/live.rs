//! Whether what a real server sees is what the model gives the watcher: the client that people are given signs at a real
//! server, with the model's clock, and the watcher has nothing but the requests.

use std::collections::HashMap;

use serde_json::Value;
use undersign_client_lib::journey::{Bundle, Confirmed, Keys, Prepared, Schedule, TokenHeld};
use undersign_client_lib::request::{Request, Side, Stage};
use undersign_linkage::live::behaviour::{BEHAVIOURS, Behaviour, PUBLICATION, opens_at};
use undersign_linkage::live::cells::moments;
use undersign_linkage::live::game::best;
use undersign_linkage::live::likelihood::{Sight, weights};
use undersign_linkage::live::people::{Person, people};
use undersign_linkage::live::posterior::{Row, posterior};
use undersign_linkage::lots::Lots;
use undersign_protocol::email_verification::RequestDigest;
use undersign_protocol::petition::VerifiedManifest;
use undersign_protocol::timestamp::Timestamp;
use undersign_tests::petitions::petition;
use undersign_tests::server::{Options, TestServer};
use undersign_tests::signer::{Signer, rng};

const PEOPLE: usize = 24;

/// A person's next step.
enum Next {
    Ask(Prepared),
    Confirm(Prepared),
    Fetch(Confirmed),
    HandIn(TokenHeld),
    Nothing,
}

/// Someone at the server, and when the next step is due.
struct Client {
    model: Person,
    signer: Signer,
    next: Next,
    at: f64,
}

/// A request, as it reaches a side. There is no network address in it, for whoever watches is not given one.
struct Seen {
    at: f64,
    side: Side,
    stage: Stage,
    body: Vec<u8>,
}

/// A petition at a real server, and everything that has reached it.
struct World {
    server: TestServer,
    manifest: VerifiedManifest,
    seen: Vec<Seen>,
}

impl World {
    async fn new(behaviour: Behaviour) -> Self {
        let server = TestServer::start(Options::default()).await;
        let mut folder = petition("trees", server.now(), 600);
        folder.settings.publication = PUBLICATION;
        folder.settings.redemption = behaviour.redemption;
        let manifest = server.publish(folder).await;
        Self { server, manifest, seen: Vec::new() }
    }

    /// The model's moment, where the petition has opened now.
    fn clock(&self, seconds: f64) -> Timestamp {
        self.manifest.manifest().opens_at.plus(seconds as u64)
    }

    fn schedule(&self) -> Schedule {
        let manifest = self.manifest.manifest();
        Schedule {
            opens_at: manifest.opens_at,
            closes_at: manifest.closes_at,
            grace: manifest.grace,
            publication: manifest.publication,
            redemption: manifest.redemption,
        }
    }

    async fn send(&mut self, signer: &Signer, at: f64, request: &Request) -> undersign_client_lib::response::Response {
        let body = request.content().to_vec();
        self.seen.push(Seen { at, side: request.side(), stage: request.stage(), body });
        signer.sender.send(request).await
    }

    /// Everyone does the next step when it is due, until all is done.
    async fn play(&mut self, clients: &mut [Client]) {
        while let Some(client) =
            clients.iter_mut().filter(|client| client.at.is_finite()).min_by(|one, other| one.at.total_cmp(&other.at))
        {
            self.step(client).await;
        }
    }

    async fn step(&mut self, client: &mut Client) {
        let Client { model, signer, next, at } = client;
        let now = *at;
        (*next, *at) = match std::mem::replace(next, Next::Nothing) {
            Next::Ask(prepared) => {
                let request = prepared.verification_request(&signer.email, &"en".parse().expect("en"));
                let answer = self.send(signer, now, &request).await;
                (Next::Confirm(prepared.verification_answered(&answer).expect("202")), model.confirmed)
            }
            Next::Confirm(prepared) => {
                let code = signer.mail(1).await.code().parse().expect("a code");
                let request = prepared.confirm_with_code(&code).expect("a verification");
                let answer = self.send(signer, now, &request).await;
                (Next::Fetch(prepared.code_answered(&answer).expect("confirmed")), model.issued)
            }
            Next::Fetch(confirmed) => {
                let answer = self.send(signer, now, &confirmed.token_request()).await;
                let clock = self.clock(now);
                let mut held = confirmed.token_answered(&answer, clock).expect("a token");
                let when = Behaviour::when(model.waits);
                // Drawn by the journey as the model draws it.
                held.schedule(when, clock, &mut Lots::new(now.to_bits()));
                let due = held.redeem_at();
                assert_eq!(due, self.schedule().draw(when, clock, clock, &mut Lots::new(now.to_bits())));
                let due = (due.seconds() - self.manifest.manifest().opens_at.seconds()) as f64;
                let on_the_way = model.handed_in.map_or(f64::INFINITY, |handed_in| handed_in - model.due);
                model.due = due.max(now);
                model.handed_in = model.handed_in.map(|_| model.due + on_the_way);
                (Next::HandIn(held), model.due + on_the_way)
            }
            Next::HandIn(held) => {
                let clock = self.clock(now);
                let request = held.redemption_request(clock).expect("not too early");
                let answer = self.send(signer, now, &request).await;
                held.redeemed(&answer, clock).expect("accepted");
                (Next::Nothing, f64::INFINITY)
            }
            Next::Nothing => (Next::Nothing, f64::INFINITY),
        };
    }

    /// When each address was issued its token, and when tokens came, from requests alone.
    fn watched(&self) -> (HashMap<String, f64>, Vec<f64>) {
        let mut addresses = HashMap::new();
        let (mut issued, mut handed_in) = (HashMap::new(), Vec::new());
        for Seen { at, side, stage, body } in &self.seen {
            match (side, stage) {
                (Side::Identified, Stage::EmailVerification) => {
                    let message: Value = serde_json::from_slice(body).expect("JSON");
                    if let Some(email) = message["email"].as_str() {
                        addresses.insert(message["request_digest"].to_string(), email.to_owned());
                    }
                }
                (Side::Identified, Stage::Issuance) => {
                    let digest = format!("\"{}\"", RequestDigest::of(body));
                    issued.insert(addresses[&digest].clone(), *at);
                }
                (Side::Anonymous, Stage::Redemption) => handed_in.push(*at),
                other => panic!("{other:?} reaches a side"),
            }
        }
        (issued, handed_in)
    }
}

async fn clients(world: &World, model: Vec<Person>) -> Vec<Client> {
    let mut clients = Vec::new();
    for (number, model) in model.into_iter().enumerate() {
        let signer = Signer::new(&world.server, &format!("signer{number}@example.org"));
        let checked = signer.check(&world.server.link(&world.manifest)).await;
        let prepared = Prepared::new(&checked, Bundle::WholeRun, Keys::Forget, &mut rng()).expect("an open petition");
        clients.push(Client { model, signer, next: Next::Ask(prepared), at: model.asked });
    }
    clients
}

/// How many of those who sign at a real server the watcher names rightly.
async fn named_rightly(behaviour: Behaviour) -> (usize, usize) {
    let mut world = World::new(behaviour).await;
    let model = people(&behaviour, 12.0, PEOPLE, &mut Lots::new(1));
    let mut clients = clients(&world, model).await;
    world.play(&mut clients).await;
    let (issued, handed_in) = world.watched();

    // What has reached the sides is the model's, to the moment, and nothing else has.
    assert_eq!(issued.len(), PEOPLE);
    let of_the_model: Vec<f64> = clients.iter().filter_map(|client| client.model.handed_in).collect();
    let mut sorted = of_the_model.clone();
    sorted.sort_by(f64::total_cmp);
    assert_eq!(handed_in, sorted);
    for client in &clients {
        assert_eq!(issued[&client.signer.email], client.model.issued);
    }

    let sights: Vec<Sight> = clients.iter().map(|client| Sight::Issued(issued[&client.signer.email])).collect();
    let (cells, _) = moments(&handed_in);
    let found = posterior(&weights(&behaviour, &sights, &cells));
    let is_right = |client: &Client, row: &Row| {
        let guess = best(row).map(|place| (cells[place].from + cells[place].to) / 2.0);
        client.model.handed_in.zip(guess).is_some_and(|(true_one, guess)| (true_one - guess).abs() < 1e-4)
    };
    let right = clients.iter().zip(&found).filter(|(client, row)| is_right(client, row)).count();
    (right, of_the_model.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sign_at_once_at_a_real_server_are_named_by_whoever_watches_it() {
    assert_eq!(opens_at(), BEHAVIOURS[0].schedule(1).opens_at);
    let (right, signers) = named_rightly(BEHAVIOURS[0]).await;
    assert!(right + 1 >= signers && signers > 20, "{right} of {signers}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wait_as_the_client_draws_it_are_hardly_named_at_a_real_server() {
    for behaviour in [BEHAVIOURS[2], BEHAVIOURS[4]] {
        let (right, signers) = named_rightly(behaviour).await;
        assert!(right * 3 < signers && signers > 20, "{}: {right} of {signers}", behaviour.name);
    }
}
