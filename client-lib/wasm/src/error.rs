use std::fmt::Display;

use wasm_bindgen::prelude::wasm_bindgen;

/// Why something did not go on. This is what all methods throw. A journey that throws stays in its step and loses nothing.
#[wasm_bindgen]
#[derive(Debug, Clone)]
pub struct ClientError {
    pub(crate) kind: ErrorKind,
    pub(crate) problem: Option<&'static str>,
    pub(crate) status: Option<u16>,
    pub(crate) is_transient: bool,
    pub(crate) retry_after: Option<u64>,
    pub(crate) message: String,
}

/// The names of errors, as an enum here and as a union of string literals in TypeScript.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident = $slug:literal;)+) => {
        /// The kinds of errors; in JavaScript they are the strings that [`ErrorKind::as_str`] gives.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ErrorKind { $($(#[doc = $doc])+ $name,)+ }

        impl ErrorKind {
            /// The string that JavaScript sees.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $slug,)+ }
            }
        }

        #[wasm_bindgen(typescript_custom_section)]
        const TYPESCRIPT: &'static str = concat!(
            "/**\n * The kinds of errors.\n *\n",
            $(" * `", $slug, "`:", $($doc, )+ "\n *\n",)+
            " */\nexport type ErrorKind =", $("\n    | \"", $slug, "\"",)+ ";\n",
        );
    };
}

kinds! {
    /// An answer that is not what was asked for; see `problem`, `status`, `isTransient`.
    Answer = "answer";
    /// The petition did not pass a check: a reason not to sign.
    Check = "check";
    /// The petition is not open: there are no tokens yet, or no more.
    NotOpen = "not-open";
    /// This is no e-mail address.
    AddressNotValid = "address-not-valid";
    /// A code is eight digits; nothing was sent.
    CodeForm = "code-form";
    /// Not this code. It counts as one of five tries.
    WrongCode = "wrong-code";
    /// Five wrong codes: a new mail is needed.
    AttemptsExhausted = "attempts-exhausted";
    /// The code has expired: a new mail is needed.
    VerificationNotValid = "verification-not-valid";
    /// Codes cannot be taken now; the mailed link works.
    UseTheLink = "use-the-link";
    /// The request was confirmed from another mailbox. Nothing was used up there: begin again.
    ConfirmedByAnother = "confirmed-by-another";
    /// The petition's rule does not allow the redemption yet; see `redeemAt`.
    TooEarly = "too-early";
    /// Another token with this nonce was redeemed before.
    NonceUsed = "nonce-used";
    /// The signature was withdrawn; that is final.
    Withdrawn = "withdrawn";
    /// The petition is closed, its grace over.
    Closed = "closed";
    /// The server does not take the token, or the token is for another petition.
    TokenNotValid = "token-not-valid";
    /// The server's promise cannot be believed: another signature, not signed, or too late. The token is kept.
    Promise = "promise";
    /// The saved state is damaged, or not one.
    Damaged = "damaged";
    /// The saved state is of a newer version of this program.
    Version = "version";
    /// What was given is no receipt and no code, or not all of it. Nothing was sent.
    Receipt = "receipt";
    /// The receipt or code is for another petition. Nothing was sent.
    OtherPetition = "other-petition";
    /// No signature here has this withdrawal key.
    WithdrawalNotValid = "withdrawal-not-valid";
    /// Called in a step that does not have this.
    Step = "step";
    /// The log does not hold what it has signed.
    Log = "log";
    /// What follows the # of the link is not a petition's id; the link may be cut off.
    Pin = "pin";
    /// The page came over http from another machine: anyone on the way could read and change it.
    NotSecure = "not-secure";
    /// An argument has another form than its type says.
    Argument = "argument";
}

#[wasm_bindgen]
impl ClientError {
    /// What kind of error it is.
    #[wasm_bindgen(getter, unchecked_return_type = "ErrorKind")]
    pub fn kind(&self) -> String {
        self.kind.as_str().to_owned()
    }

    /// The last part of the problem document's type (RFC 9457), where the server sent one of Undersign's.
    #[wasm_bindgen(getter)]
    pub fn problem(&self) -> Option<String> {
        self.problem.map(str::to_owned)
    }

    /// The HTTP status, where the kind is `answer` and the status was not the expected one.
    #[wasm_bindgen(getter)]
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// Whether the same request may soon get another answer.
    #[wasm_bindgen(getter, js_name = isTransient)]
    pub fn is_transient(&self) -> bool {
        self.is_transient
    }

    /// Seconds to wait before the next try, where the server named them.
    #[wasm_bindgen(getter, js_name = retryAfter)]
    pub fn retry_after(&self) -> Option<f64> {
        self.retry_after.map(|seconds| seconds as f64)
    }

    /// A sentence in English, for developers. It never holds an address, a code or a token.
    #[wasm_bindgen(getter)]
    pub fn message(&self) -> String {
        self.message.clone()
    }

    /// `ClientError`, as errors in JavaScript have a name.
    #[wasm_bindgen(getter)]
    pub fn name(&self) -> String {
        "ClientError".to_owned()
    }

    /// Name, kind and message.
    #[wasm_bindgen(js_name = toString)]
    pub fn to_text(&self) -> String {
        ["ClientError (", self.kind.as_str(), "): ", &self.message].concat()
    }
}

impl ClientError {
    /// Of a kind that says it all.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, problem: None, status: None, is_transient: false, retry_after: None, message: message.into() }
    }

    /// In an error's own words.
    pub(crate) fn of(kind: ErrorKind, error: &dyn Display) -> Self {
        Self::new(kind, error.to_string())
    }

    /// The journey is elsewhere.
    pub fn step() -> Self {
        Self::new(ErrorKind::Step, "the journey is not in a step that has this")
    }
}
