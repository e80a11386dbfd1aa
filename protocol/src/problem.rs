use crate::{json_object, serde_by_json};

/// What all problem types begin with; the rest is [`Problem::slug`], and `specs/problems.md` has a heading for each.
pub const TYPE_PREFIX: &str = "urn:undersign:problem:";

/// The one type that is not ours but IANA's (RFC 9458 §5.3), so that every client of Oblivious HTTP knows it: [`Problem::ObliviousKey`].
pub const OBLIVIOUS_KEY_TYPE: &str = "https://iana.org/assignments/http-problem-types#ohttp-key";

/// Media type of a problem document (RFC 9457 §3).
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A problem document (RFC 9457 §3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProblemDocument {
    /// [`TYPE_PREFIX`] and a slug of the table, or [`OBLIVIOUS_KEY_TYPE`].
    pub type_uri: String,
    /// The English title of the table.
    pub title: String,
    /// The HTTP status, repeated.
    pub status: u16,
    /// What is wrong with this request, where saying so harms nobody: a rule's name, never data about a person.
    pub detail: Option<String>,
}

json_object!(open ProblemDocument { type_uri as "type", title, status } omits { detail });
serde_by_json!(ProblemDocument);

impl ProblemDocument {
    /// The table's row, if the type is one of ours.
    pub fn problem(&self) -> Option<Problem> {
        if self.type_uri == OBLIVIOUS_KEY_TYPE {
            return Some(Problem::ObliviousKey);
        }
        let slug = self.type_uri.strip_prefix(TYPE_PREFIX).filter(|slug| *slug != Problem::ObliviousKey.slug())?;
        Problem::ALL.into_iter().find(|row| row.slug() == slug)
    }
}

macro_rules! problems {
    ($($(#[$meta:meta])* $name:ident = $status:literal, $slug:literal, $title:literal;)+) => {
        /// The one table of problem types: variant, HTTP status, slug, title.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Problem { $($(#[$meta])* $name,)+ }

        impl Problem {
            /// Every row of the table.
            pub const ALL: [Self; [$($slug),+].len()] = [$(Self::$name),+];

            /// The HTTP status.
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status,)+ }
            }

            /// The stable last part of the type.
            pub fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug,)+ }
            }

            /// A sentence for people who read English; clients translate by slug.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }

            /// The document, with or without a detail.
            pub fn document(self, detail: Option<String>) -> ProblemDocument {
                let type_uri = match self {
                    Self::ObliviousKey => OBLIVIOUS_KEY_TYPE.to_owned(),
                    _ => [TYPE_PREFIX, self.slug()].concat(),
                };
                ProblemDocument {
                    type_uri,
                    title: self.title().to_owned(),
                    status: self.status(),
                    detail,
                }
            }
        }
    };
}

problems! {
    /// The body or a parameter has another form than the route expects.
    MalformedRequest = 400, "malformed-request", "The request is not well-formed.";
    /// No such route or resource.
    NotFound = 404, "not-found", "There is nothing at this address.";
    /// The route exists, with other methods.
    MethodNotAllowed = 405, "method-not-allowed", "This address takes other methods.";
    /// More than 64 KiB.
    BodyTooLarge = 413, "body-too-large", "The body is larger than 64 KiB.";
    /// The route takes another media type.
    UnsupportedMediaType = 415, "unsupported-media-type", "The media type is not the one this address takes.";
    /// A limit was reached; Retry-After says when to come back.
    TooManyRequests = 429, "too-many-requests", "Too many requests. Try again later.";
    /// Ours; nothing more is said.
    Internal = 500, "internal", "Something went wrong on the server. Nothing of yours is lost; try again.";
    /// A part that is needed is away for now.
    Unavailable = 503, "unavailable", "The service cannot do this now. Nothing of yours is lost; try again.";
    /// Signing is paused by the operator; Retry-After says when to come back.
    ReadOnly = 503, "read-only", "Signing is paused for a while. Nothing of yours is lost; try again later.";
    /// An encapsulated request was sealed for no key that is in use (RFC 9458 §5.3).
    ObliviousKey = 422, "ohttp-key", "This was sealed for a key that is not in use. Read the host's log again, and seal it anew.";

    /// petition: no petition with this petition_id or slug.
    UnknownPetition = 404, "unknown-petition", "There is no such petition here.";
    /// petition: the key is not in the operator's list.
    OrganiserNotAllowed = 403, "organiser-not-allowed", "This organiser's key may not publish here. Ask the operator to add it.";
    /// petition: the signature over a manifest, notice or prepare request does not verify.
    SignatureNotValid = 403, "signature-not-valid", "The organiser's signature is not valid.";
    /// petition: received bytes differ from JCS(parse(bytes)).
    ManifestNotCanonical = 422, "manifest-not-canonical", "The manifest is not canonical JSON (RFC 8785).";
    /// petition: a rule of the manifest is broken; the detail names the field.
    ManifestNotValid = 422, "manifest-not-valid", "The manifest breaks a rule.";
    /// petition: issuer, origin or log in the manifest are not those given at prepare, or those were dropped after a day.
    NotPrepared = 409, "not-prepared", "The keys in the manifest are not those prepared for it. Prepare and publish again.";
    /// petition: slugs are never reused.
    SlugTaken = 409, "slug-taken", "Another petition has this slug. Choose another one.";
    /// petition: the operator has refused it; the organiser is told why on asking with the key.
    Refused = 409, "refused", "The operator has refused this petition.";
    /// petition: as many petitions of organisers who are not listed wait as may, all together or of this one.
    ReviewFull = 503, "review-full", "As many petitions wait for review as may. Try again later.";
    /// petition: a signed question was asked before, or its time is not now.
    Replayed = 409, "replayed", "This was asked before, or its time is not now. Sign a new question.";
    /// petition: a rule of notices is broken; the detail names the field.
    NoticeNotValid = 422, "notice-not-valid", "The notice breaks a rule.";
    /// petition: organiser or operator has published as many notices about this petition as there may be.
    TooManyNotices = 409, "too-many-notices", "There are as many notices about this petition as there may be.";
    /// petition: the organiser's key has as many petitions that are open or to be opened as the operator allows it at once.
    TooManyPetitions = 409, "too-many-petitions", "This organiser has as many open petitions as it may have here.";
    /// petition: all 256 truncated key ids are taken.
    IssuerFull = 503, "issuer-full", "This issuer has no room for another petition.";

    /// email_verification: not an address that mail can be sent to.
    AddressNotValid = 400, "address-not-valid", "This is not a valid e-mail address. Check it for typing errors.";
    /// email_verification: the operator takes no addresses of this domain.
    MailProviderRefused = 403, "mail-provider-refused", "Addresses of this provider are not taken here. Use another one.";
    /// email_verification: many mails are asked for, here or from this shared network; or the proof that came is not valid, was used, or is
    /// too easy by now. `/v1/email-verifications/challenge` gives a challenge.
    ProofRequired = 429, "proof-required", "Many people ask just now. Send a proof of work with the request.";
    /// email_verification: forged, foreign or expired link or verification; these are not told apart.
    VerificationNotValid = 403, "verification-not-valid", "This link or code is no longer valid. Ask for a new mail.";
    /// email_verification: the code is wrong.
    WrongCode = 403, "wrong-code", "The code is wrong. Look at the newest mail; after five wrong tries a new mail is needed.";
    /// email_verification: the check number is wrong.
    WrongCheckNumber = 403, "wrong-check-number", "The check number is wrong. It is shown where you began to sign. If you did not begin, close this page.";
    /// email_verification: five wrong codes or check numbers.
    AttemptsExhausted = 403, "attempts-exhausted", "Too many wrong tries. Ask for a new mail.";
    /// email_verification: the installation's limit for wrong codes is reached; links still work.
    UseTheLink = 429, "use-the-link", "Codes cannot be taken now. Use the link in the mail.";
    /// email_verification: this request was confirmed for another address before.
    ConfirmedByAnother = 409, "confirmed-by-another", "This request was confirmed from another mailbox already. Nothing was used up; begin again.";

    /// issuance: the request's digest was not confirmed by mail (yet).
    NotConfirmed = 403, "not-confirmed", "The address is not confirmed yet. Open the link in the mail.";
    /// issuance: unknown token type, key or size, a key twice, or a blinded message out of range.
    TokenRequestNotValid = 422, "token-request-not-valid", "The token request is not valid.";
    /// issuance: another request was answered for this address and petition.
    AlreadyIssued = 409, "already-issued", "This address has had its token for this petition.";
    /// issuance and petition: before opens_at.
    NotYetOpen = 409, "not-yet-open", "The petition is not open yet.";

    /// issuance: the close statement is asked for and there is none yet.
    NotYetClosed = 404, "not-yet-closed", "The petition is not closed yet, or what was kept for its count is not yet destroyed.";

    /// redemption: no token, or one that is not valid for this petition.
    TokenNotValid = 401, "token-not-valid", "The token is not valid for this petition.";
    /// redemption: another token with this nonce was redeemed.
    NonceUsed = 409, "nonce-used", "Another token with this nonce was redeemed before.";
    /// redemption: the signature was withdrawn; that is final.
    Withdrawn = 409, "withdrawn", "This signature was withdrawn.";
    /// redemption: no withdrawal key fits, or no signature has this nonce.
    WithdrawalNotValid = 403, "withdrawal-not-valid", "This is not the withdrawal key of a signature here.";
    /// issuance, redemption: the petition is closed.
    Closed = 410, "closed", "The petition is closed.";
}
