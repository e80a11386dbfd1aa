//! The whole system from outside: real programs as processes, real sockets, real mails. What a test needs to see of the inside it
//! reads from the files that a seized machine would have.

/// Configurations, processes, killing and starting again.
pub mod server;

/// Petitions to publish.
pub mod petitions;

/// A signer who takes one step at a time.
pub mod signer;

/// Someone who speaks HTTP without our client.
pub mod wire;

/// Someone who works for mails: a person, or a flood.
pub mod proving;

/// One token request, outside of any journey.
pub mod blinding;

/// Someone who goes on after every crash.
pub mod persistent;

/// Many signers at once.
pub mod side_by_side;

/// The mails that were sent.
pub mod mailbox;

/// A mail server that hands each mail to whoever waits for it, and keeps none.
pub mod post;

/// A mail server that takes them, or does not.
pub mod smtp;

/// Certificates that nobody vouches for.
pub mod certificate;

/// Somebody else, who cosigns logs.
pub mod witness;

/// Somebody else, without whom tags are not computed.
pub mod evaluator;

/// Who has seized an identified side and guesses addresses.
pub mod thief;

/// Two machines, set up by `init`, behind a real proxy.
pub mod two_hosts;

/// Two organisations with a side each, a third with the relay, and people: everybody has a machine.
pub mod organisations;

/// Somebody else, who passes sealed requests on, and whoever seals them.
pub mod oblivious;

/// A server that keeps what it was sent.
pub mod recorder;

/// Machines of their own, and what each has on its wire.
pub mod namespaces;

/// A proxy that tells with whom a program wanted to speak.
pub mod relay;

/// A SOCKS5 proxy that keeps what it was told; the client's own tests have it too.
#[path = "../../client-lib/tests/client/support/socks.rs"]
pub mod socks;

/// What stands in the tables.
pub mod tables;

/// Everything at rest on both sides, to search for what must not be there.
pub mod at_rest;

/// Where values stand in such files.
pub mod places;

/// Fifty people who signed, and the files that this left.
pub mod fifty;

/// In which order rows lie in a database file.
pub mod pages;

/// The end of a petition, seen from outside.
pub mod ending;

/// What strangers hand in, and the operator decides.
pub mod moderating;

/// Notices, as an organiser or an operator publishes them.
pub mod noticing;

/// Copies of a server's files, and who tests addresses with them.
pub mod copies;

/// A petition's log, read and recounted as anyone can.
pub mod audit;

/// Two auditors as processes: ours, and one in Python.
pub mod auditor;

/// A server that lies, one lie at a time.
pub mod evil;

/// Where the built programs are.
pub mod programs;

/// How processes end.
mod processes;

/// Caddy and nginx.
pub mod proxies;

/// What stands in the pages for operators.
pub mod documents;

/// What the server needs is away for a while.
pub mod outages;

/// A person at the command line.
pub mod cli;

/// The routes of the specification and of the source.
pub mod openapi;

/// The files of the repository, to check its own rules.
pub mod sources;
