use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::thread;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use undersign_protocol::email_verification::Code;
use zeroize::Zeroizing;

use crate::output::Output;

/// Codes that a person types at a terminal while the command waits.
pub(super) struct TypedCodes {
    lines: UnboundedReceiver<Zeroizing<String>>,
    prompt: bool,
}

impl TypedCodes {
    /// Listens where there is a person at a terminal; elsewhere nothing ever comes. Standard input that is no terminal belongs to
    /// someone else's script.
    pub fn listen(output: &Output) -> Self {
        let (sender, lines) = unbounded_channel();
        let prompt = output.is_for_people() && std::io::stdin().is_terminal();
        if prompt {
            // A thread of its own, because reading a terminal cannot be called off; it ends with the process.
            thread::spawn(move || {
                for line in std::io::stdin().lock().lines().map_while(Result::ok) {
                    if sender.send(Zeroizing::new(line)).is_err() {
                        return;
                    }
                }
            });
        }
        Self { lines, prompt }
    }

    /// Whether a person can type.
    pub fn are_asked_for(&self) -> bool {
        self.prompt
    }

    /// Asks once more.
    pub fn ask(&self) {
        if self.prompt {
            let mut stderr = std::io::stderr();
            let _ = write!(stderr, "Code, unless you open the link: ").and_then(|()| stderr.flush());
        }
    }

    /// The next code; lines that hold none are answered here.
    pub async fn next(&mut self) -> Code {
        loop {
            match self.lines.recv().await {
                None => std::future::pending().await,
                Some(line) => match line.parse() {
                    Ok(code) => return code,
                    Err(_) if !line.trim().is_empty() => {
                        let _ = writeln!(std::io::stderr(), "A code is eight digits, as in 1234-5678.");
                        self.ask();
                    }
                    Err(_) => self.ask(),
                },
            }
        }
    }
}
