//! The system's tests, in one program. Each file asks one question.

/// The six stages in order: read this first.
mod journey;

/// What can be done with a mailed code, and how often.
mod codes;

/// Signing through a mail server of its own process, in all the ways in which it can fail.
mod smtp;

/// What a proxy sees of a signing, and whether anything goes past it.
mod socks;

/// Whether Debian's `tor` takes us, and programs take what the guide configures.
mod tor;

/// What links and verifications do in the wrong hands.
mod links;

/// Who is told what was counted, and what of it is at rest.
mod daily_counts;

/// What someone sees who has had all the mails of a day.
mod limits;

/// What work stops that network addresses would, and whom it lets through.
mod floods;

/// Addresses that an operator does not take, and what that tells.
mod mail_providers;

/// What the person sees who opens the link.
mod confirm_page;

/// What people read, with or without JavaScript, and what their browsers are told.
mod pages;

/// Whether the language that is written from right to left is whole, and what stays from left to right in it.
mod right_to_left;

/// What an operator sets about pages, what other sites may have, and wiping.
mod page_settings;

/// What the operator says on every page, and what a pause stops.
mod announcements;

/// Whether the site says who runs it.
mod about;
/// Whether organisers see beforehand what people will see.
mod preview;

/// Pictures: the organiser's, and the one that messengers show.
mod pictures;

/// What the number means; the commands with which anyone checks it.
mod verify_page;

/// What comes back for a token request, and when.
mod issuance;

/// Whether a client that someone else wrote from the RFCs signs too.
mod interop;

/// What is done in one transaction for many, and whether each gets its own.
mod together;

/// Answers from memory: the same in every encoding, and never older than what was published.
mod from_memory;

/// `kill -9` at every fsync: what was acknowledged stands, and nothing counts twice.
mod crash;

/// What people are told while something is away that the server needs, and whether it goes on by itself.
mod outages;

/// What a seized machine gives away.
mod at_rest;

/// What the command line does when it is killed, and after.
mod cli;

/// Whether an address ever gets a second token.
mod one_token;

/// Token requests that are not well-formed.
mod malformed;

/// Secrets in files: made once, private, destroyed.
mod keys;

/// What the opening begins and the close ends.
mod closing;

/// What is left of a petition after its close, wherever the server is killed, and what a backup from before gives away.
mod close;

/// What organiser and operator may say about a petition later, and what it does.
mod notices;

/// Whether signatures from elsewhere are said, and counted nowhere.
mod earlier_total;

/// Whether a total is handed over and answered where everybody sees it.
mod deliveries;

/// Whether an organiser gets from a new key to the report that is handed over.
mod whole_life;

/// How often a token counts, and which tokens do not.
mod redemption;

/// What the command line hands in through relays, and what it does where none takes it.
mod relayed;

/// Taking a signature back: once, for good, by whoever has its key and by nobody else.
mod withdrawals;

/// Whether what anyone can download proves the published total.
mod log;

/// Whether somebody else notices when a log is shown in two versions.
mod witnesses;

/// Tags that need another machine.
mod evaluator;

/// What is said of wrong settings of these.
mod evaluator_settings;

/// Whether people notice when the server lies to them.
mod evil;

/// Whether anyone can recount a petition, with our auditor and with another one.
mod audit;

/// Whether what comes through a relay counts as what comes directly, in one size, and with keys that are gone in time.
mod oblivious_gateway;

/// Whether a relay passes on what it should, and nothing else of anybody.
mod oblivious_relay;

/// What each of three organisations has on its wire while somebody signs through a relay.
mod three_organisations;

/// What is at addresses where nothing is.
mod routes;

/// What holds where the sides are two processes.
mod two_hosts;

/// Several processes on one pair of clusters: what one knows and the other does, and what is left when one is killed.
mod processes;

/// What a backup brings back, and what is not in it.
mod backup;

/// What `check-config` finds.
mod check_config;

/// What `init` makes, and what it leaves alone.
mod init;

/// Whether two machines that `init` has set up work behind real proxies, which write down nobody.
mod proxies;

/// How many petitions an organiser has open at once.
mod organiser_limits;

/// What two publications at once do, and one that only half fits.
mod publication_races;

/// Which petitions are taken, and what everyone is then shown of them.
mod publication;

/// Whether what is handed in stays unseen until the moderator has accepted it.
mod moderation;

/// Whether each route tells each role what is its own, and no more.
mod roles;

/// Whether anyone but the signer learns which petition of a run is wanted.
mod bundles;

/// Whether the code keeps its own rules.
mod boundary;
