//! What to do about each problem that a server can name, and about answers that name none.

use undersign_client_lib::endpoints::Base;
use undersign_client_lib::response::{AnswerError, Refusal};
use undersign_protocol::problem::Problem;

use crate::exit::{Exit, Failure};
use crate::text::plain;

/// One or two sentences for the person at the command line: what it means and what to do next.
pub fn sentence(problem: Problem) -> &'static str {
    match problem {
        Problem::MalformedRequest | Problem::MethodNotAllowed | Problem::UnsupportedMediaType => {
            "The server does not understand this program. One of the two is too old: update this program, then try again."
        }
        Problem::NotFound => "There is nothing at this address. Check the link; is it an Undersign server?",
        Problem::BodyTooLarge => "What was sent is too large for the server: at most 64 KiB. Shorten it and try again.",
        Problem::TooManyRequests => "The server is asked too much just now. Wait some minutes and repeat the command.",
        Problem::Internal => {
            "Something went wrong on the server. Nothing of yours is lost: repeat the command in some minutes, and tell the \
             operator if it stays so."
        }
        Problem::Unavailable => {
            "The server cannot do this now. Nothing of yours is lost: repeat the command in some minutes."
        }
        Problem::ReadOnly => {
            "Signing is paused by the operator for a while. Nothing of yours is lost: repeat the command later, or undersign resume."
        }
        Problem::ObliviousKey => {
            "The server has other keys for relays than this program has read, or your clock is wrong. Check the clock and repeat the command."
        }

        Problem::UnknownPetition => "There is no such petition at this server. Check the name in the link.",
        Problem::OrganiserNotAllowed => {
            "This organiser's key may not publish here. Ask the operator to add the public key that `organiser keygen` printed."
        }
        Problem::SignatureNotValid => {
            "The organiser's signature is not valid. Publish again with the key that the petition was signed with."
        }
        Problem::ManifestNotCanonical => {
            "The server does not read the petition as this program wrote it. Update this program and publish again."
        }
        Problem::ManifestNotValid => {
            "The petition breaks a rule of the server. Run `organiser check`, change what it names, and publish again."
        }
        Problem::NotPrepared => {
            "The keys in the petition are not those that the server made for it; it keeps them for a day. Publish again from the folder."
        }
        Problem::SlugTaken => {
            "Another petition of this server has this slug, and slugs are never used again. Choose another one."
        }
        Problem::Refused => {
            "The operator of this server has refused the petition. Ask the operator why, or publish it elsewhere."
        }
        Problem::ReviewFull => {
            "So many petitions wait for review here that no more are taken now. Try again tomorrow, or ask the operator to list your key."
        }
        Problem::Replayed => {
            "The server has seen this request before, or your clock is wrong. Check the clock and repeat the command."
        }
        Problem::NoticeNotValid => {
            "The notice breaks a rule of the server. Change what it names, and publish it again."
        }
        Problem::TooManyNotices => {
            "There are as many notices about this petition as there may be. Publish the next news in your own channels."
        }
        Problem::TooManyPetitions => {
            "This key has as many open petitions as this server allows it at once. Publish when one of them has closed, or ask the operator."
        }
        Problem::IssuerFull => {
            "This server has no room for another petition until one of its petitions closes. Ask the operator."
        }

        Problem::AddressNotValid => {
            "The server does not take this as an e-mail address. Check it for typing errors and run the command again."
        }
        Problem::MailProviderRefused => {
            "The operator takes no addresses of this provider. Nothing is lost: run the command again with another address."
        }
        Problem::ProofRequired => {
            "The server is asked for very many mails just now, and took none of the proofs of work that were made. Nothing is lost: wait \
             some minutes and repeat the command."
        }
        Problem::VerificationNotValid => {
            "The code is no longer valid. Ask for a new mail: undersign resume --email ADDRESS"
        }
        Problem::WrongCode => {
            "The code is wrong. Look at the newest mail and try again; after five wrong tries a new mail is needed."
        }
        Problem::WrongCheckNumber => "The check number is wrong. It is the one that this program shows while it waits.",
        Problem::AttemptsExhausted => {
            "There were too many wrong tries. Ask for a new mail: undersign resume --email ADDRESS"
        }
        Problem::UseTheLink => {
            "Codes cannot be taken now. Open the link in the mail instead, in any browser; this program notices."
        }
        Problem::ConfirmedByAnother => {
            "This request was confirmed from another mailbox before. Nothing was used up: begin again with undersign sign --start-over"
        }

        Problem::NotConfirmed => {
            "The address is not confirmed. Open the link in the mail, or ask for a new mail: undersign resume --email ADDRESS"
        }
        Problem::TokenRequestNotValid => {
            "The server does not take the request for a token: one of its petitions has closed or changed since. Nothing was used \
             up: begin again with undersign sign --start-over"
        }
        Problem::AlreadyIssued => {
            "This address has had its token for this petition, for another request than this one: it has signed, or a signing with \
             it was begun and what was kept of it is lost. A token is issued once, so this address cannot get another one. If the \
             signing was begun on another device, go on there with undersign resume. If it was not you, someone else can read this \
             mailbox. Another address of yours can still sign."
        }
        Problem::NotYetOpen => "The petition is not open yet. Come back when it opens; undersign show tells when.",

        Problem::NotYetClosed => {
            "The petition is not closed yet, or the server has not yet destroyed what it kept for the count. Come back later."
        }

        Problem::TokenNotValid => {
            "The server does not take the token for this petition. It is kept: repeat with undersign resume, and tell the operator if \
             it stays so."
        }
        Problem::NonceUsed => {
            "Another token with the same number was handed in before. This does not happen by chance: tell the operator, and publish \
             the log's address so that others can look."
        }
        Problem::Withdrawn => "This signature was withdrawn, and that is final.",
        Problem::WithdrawalNotValid => {
            "This key withdraws no signature here. Check that it is complete and that the petition is the right one."
        }
        Problem::Closed => "The petition is closed: nothing more is taken.",
    }
}

/// A refusal in words, for a request to this server.
pub fn refused(base: &Base, refusal: &Refusal) -> Failure {
    let exit = if refusal.is_transient() { Exit::Unreachable } else { Exit::Refused };
    let message = match refusal.problem {
        Some(problem) => {
            let detail = refusal.detail.as_ref().map(|detail| format!(" ({})", plain(detail))).unwrap_or_default();
            format!("{}{detail}", sentence(problem))
        }
        None if refusal.is_transient() => {
            format!("{base} answered {}. It is safe to repeat the command in some minutes.", refusal.status)
        }
        None => format!("{base} answered {} and did not say why. Is it an Undersign server?", refusal.status),
    };
    Failure::new(exit, message).with_problem(refusal.problem)
}

/// The same for an answer that is perhaps not even well-formed.
pub fn answer(base: &Base, error: &AnswerError) -> Failure {
    match error {
        AnswerError::Refused(refusal) => refused(base, refusal),
        AnswerError::Malformed(_) => Failure::new(
            Exit::Unexpected,
            format!("{base} sent an answer that makes no sense. Is it an Undersign server?"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use undersign_protocol::problem::Problem;

    use super::sentence;

    #[test]
    fn every_problem_has_a_sentence_that_ends() {
        for problem in Problem::ALL {
            let sentence = sentence(problem);
            let ends =
                sentence.ends_with(['.', '?']) || sentence.ends_with("ADDRESS") || sentence.ends_with("--start-over");
            assert!(sentence.len() > 30 && ends, "{problem:?}: {sentence}");
            assert!(!sentence.contains("  "), "{problem:?}: {sentence}");
        }
    }

    /// Where waiting does not help, the sentence names something to do.
    #[test]
    fn a_person_is_never_left_without_a_next_step() {
        let final_ones = [Problem::Withdrawn, Problem::Closed];
        let steps = [
            "run",
            "Run",
            "try",
            "Try",
            "Ask",
            "ask",
            "Open",
            "open",
            "repeat",
            "Repeat",
            "begin",
            "Check",
            "Choose",
            "Publish",
            "publish",
            "Wait",
            "Come",
            "go on",
            "Shorten",
            "Look",
            "update",
            "It is the one",
        ];
        for problem in Problem::ALL.into_iter().filter(|problem| !final_ones.contains(problem)) {
            assert!(steps.iter().any(|step| sentence(problem).contains(step)), "{problem:?}");
        }
    }
}
