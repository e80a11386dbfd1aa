//! Lies, as functions of the world that they are about. Tests of the command line and of the pages tell the same ones.

/// Logs that are not today what they were yesterday, or not here what they are there.
pub mod histories;

/// Logs that hold what they must not.
pub mod logs;

/// Another text, id or key for one person.
pub mod petitions;

/// What comes back for a signature.
pub mod signing;

use super::{Answers, Asked, Lie, Told, World};

/// A lie by its name.
pub type Named = (&'static str, fn(&World) -> Lie);

/// What a page can be told, by name. Each is told alone.
pub const LIES: &[Named] = &[
    ("honest", |_| Box::new(|_, _| {})),
    // A petition, and what stands around it.
    ("another-petition", petitions::another_petition),
    ("announced-twice", petitions::announced_twice),
    ("another-key-in-the-list", petitions::another_key_in_the_list),
    ("another-key-in-the-directory", petitions::another_key_in_the_directory),
    ("another-key-everywhere", petitions::another_key_everywhere),
    ("e-3", |world| petitions::another_spki(world, petitions::short_e_3)),
    ("e-3-padded", |world| petitions::another_spki(world, petitions::padded_e_3)),
    ("sha-256", |world| petitions::another_spki(world, petitions::sha_256)),
    ("salt-32", |world| petitions::another_spki(world, petitions::salt_32)),
    ("rsa-encryption", |world| petitions::another_spki(world, petitions::rsa_encryption)),
    ("changed-text", petitions::changed_text),
    ("another-slug", petitions::another_slug),
    // A signing.
    ("wrong-blind-signature", |_| signing::wrong_blind_signature(200)),
    ("broken-promise", signing::broken_promise),
    ("unsigned-promise", |_| signing::unsigned_promise()),
    ("promise-for-another", |_| signing::promise_for_another()),
    // A log.
    ("young", |world| log(world, &world.young())),
    ("grown", |world| log(world, &world.grown())),
    ("fork", |world| log(world, &histories::fork(world))),
    ("dropped", |world| log(world, &histories::dropped(world))),
    ("replaced", |world| log(world, &histories::replaced(world))),
    ("reordered", |world| log(world, &histories::reordered(world))),
    ("replayed", |world| log(world, &histories::replayed(world))),
    ("total-of-another-history", histories::total_of_another),
    ("log-of-another-petition", petitions::log_of_another),
    ("log-with-e-3", |world| petitions::log_with_spki(world, petitions::padded_e_3)),
    ("log-with-sha-256", |world| petitions::log_with_spki(world, petitions::sha_256)),
    ("log-with-salt-32", |world| petitions::log_with_spki(world, petitions::salt_32)),
    ("log-with-rsa-encryption", |world| petitions::log_with_spki(world, petitions::rsa_encryption)),
    ("log-with-changed-text", petitions::log_with_changed_text),
    ("another-key-s-token", |world| log(world, &logs::token_of_another_key(world))),
    ("wrong-signature", |world| log(world, &logs::wrong_signature(world))),
    ("beyond-issued", |world| log(world, &logs::beyond_issued(world))),
    ("issued-fell", |world| log(world, &logs::issued_fell(world))),
    ("after-close", |world| log(world, &logs::after_close(world))),
    ("nonce-twice", |world| log(world, &logs::nonce_twice(world))),
    ("withdrawal-without-key", |world| log(world, &logs::withdrawal_without_key(world))),
    ("withdrawal-of-another-s", |world| log(world, &logs::withdrawal_of_anothers(world))),
    ("withdrawal-of-nothing", |world| log(world, &logs::withdrawal_of_nothing(world))),
    ("unsorted", |world| log(world, &logs::unsorted(world))),
    ("more-signatures-shown", |world| with(logs::total(world, &[("total", 5), ("signatures", 6)]))),
    ("withdrawal-not-shown", |world| with(logs::total(world, &[("total", 5), ("withdrawals", 0)]))),
    ("contradiction", |world| with(logs::total(world, &[("total", 5)]))),
];

/// The lie of a name.
pub fn named(world: &World, name: &str) -> Option<Lie> {
    LIES.iter().find(|(known, _)| *known == name).map(|(_, lie)| lie(world))
}

/// Answers with these bodies under their paths, and with the truth everywhere else.
pub fn with(answers: Answers) -> Lie {
    Box::new(move |asked: &Asked, told: &mut Told| {
        if let Some(body) = answers.get(&asked.path).filter(|_| asked.method == "GET") {
            *told = Told { status: 200, body: body.clone() };
        }
    })
}

/// Shows a log of these entries.
pub fn log(world: &World, entries: &[Vec<u8>]) -> Lie {
    with(world.operator.log(entries))
}
