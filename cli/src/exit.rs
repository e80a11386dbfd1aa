use undersign_protocol::problem::Problem;

/// What `--help` says about exit codes. A test compares it with [`Exit`].
pub const HELP: &str = "\
Exit codes:
  0  done
  1  unexpected error; please report it
  2  the command line is wrong
  3  the network or the server could not be reached; it is safe to repeat the command
  4  refused: the sentence says what to do
  5  a check failed: do not trust this server or this link
  6  stopped while waiting; `undersign resume` goes on
  7  a file of yours is missing or cannot be read or written
  8  no relay took it, and nothing was sent past them; try later, or say --direct";

/// How a command ends when it is not done. The numbers are an interface: scripts rely on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// A case nobody thought of.
    Unexpected = 1,
    /// The command line is wrong; clap itself ends with the same number.
    Usage = 2,
    /// Network or server could not be reached. Nothing is lost; every request of ours may be repeated.
    Unreachable = 3,
    /// The server refused, or would refuse, what was asked.
    Refused = 4,
    /// A check of manifest, issuer, log or link failed.
    NotTrusted = 5,
    /// Stopped while waiting; the state is kept.
    Waiting = 6,
    /// A file of the caller is missing or cannot be read or written.
    File = 7,
    /// No relay took what was to be handed in, and nobody has said that it may go without.
    NoRelay = 8,
}

impl Exit {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        self as u8
    }
}

/// Why a command is not done, in words for the person who called it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// How to end.
    pub exit: Exit,
    /// One or more sentences: what happened and what to do. Never an address, a code or a token.
    pub message: String,
    /// The row of the problem table, where the server named one.
    pub problem: Option<Problem>,
}

/// What every command returns.
pub type CommandResult<T = ()> = Result<T, Failure>;

impl Failure {
    /// A failure that no problem document stands behind.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), problem: None }
    }

    /// The same with the row of the problem table.
    pub fn with_problem(self, problem: Option<Problem>) -> Self {
        Self { problem, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::{Exit, HELP};

    #[test]
    fn help_lists_every_code() {
        let all = [
            Exit::Unexpected,
            Exit::Usage,
            Exit::Unreachable,
            Exit::Refused,
            Exit::NotTrusted,
            Exit::Waiting,
            Exit::File,
            Exit::NoRelay,
        ];
        let listed: Vec<u8> =
            HELP.lines().skip(1).filter_map(|line| line.trim().split(' ').next()?.parse().ok()).collect();
        let expected: Vec<u8> = std::iter::once(0).chain(all.into_iter().map(Exit::code)).collect();
        assert_eq!(listed, expected);
    }
}
