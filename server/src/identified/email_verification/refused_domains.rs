use std::collections::HashSet;
use std::path::Path;

use undersign_protocol::email_verification::Address;

/// Registrable domains under which services give out private aliases of people's own mailboxes, of those that are known: SimpleLogin and Proton,
/// addy.io, DuckDuckGo, Firefox Relay, Apple. Lists of throw-away domains name some of them; whoever hides an address from us does what
/// we ask people to do.
const ALIASES: [&str; 31] = [
    "simplelogin.com",
    "simplelogin.co",
    "simplelogin.fr",
    "simplelogin.io",
    "slmail.me",
    "slmails.com",
    "silomails.com",
    "aleeas.com",
    "8alias.com",
    "8shield.net",
    "dralias.com",
    "passmail.com",
    "passmail.net",
    "passinbox.com",
    "passfwd.com",
    "proton.me",
    "protonmail.com",
    "protonmail.ch",
    "pm.me",
    "addy.io",
    "anonaddy.com",
    "anonaddy.me",
    "addymail.com",
    "4wrd.cc",
    "mailer.me",
    "duck.com",
    "mozmail.com",
    "firefox.com",
    "icloud.com",
    "me.com",
    "appleid.com",
];

/// Registrable domains whose addresses the operator does not take; none, unless a file is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RefusedDomains(HashSet<String>);

/// What is wrong with a list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RefusedDomainsError {
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// Not a domain.
    #[error("line {0}: a line is one domain, as in mail.example, or a comment that begins with #")]
    NotADomain(usize),
    /// A part of somebody's domain, or more than one owner's: another than what is meant would be refused.
    #[error("line {0}: {1} is not a registrable domain: only a whole one can be refused")]
    NotRegistrable(usize, String),
    /// Private aliases.
    #[error(
        "line {0}: {1} is a service of private aliases or of mailboxes with aliases: people who protect themselves would be refused; \
         take the line out"
    )]
    Aliases(usize, String),
}

impl RefusedDomains {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, RefusedDomainsError> {
        let text = std::fs::read_to_string(path).map_err(|error| RefusedDomainsError::Unreadable(error.to_string()))?;
        Self::parse(&text)
    }

    /// Reads a list: one registrable domain a line, in any case and script; what follows a `#` is a comment.
    pub fn parse(text: &str) -> Result<Self, RefusedDomainsError> {
        let mut domains = HashSet::new();
        for (number, line) in (1..).zip(text.lines()) {
            let name = line.split('#').next().unwrap_or_default().trim();
            if name.is_empty() {
                continue;
            }
            // The same way to one spelling as of an address, or the two would not be compared.
            let address = Some(name).filter(|name| !name.contains('@'));
            let address = address.and_then(|name| Address::parse(&format!("a@{name}")).ok());
            let address = address.ok_or(RefusedDomainsError::NotADomain(number))?;
            let domain = address.domain();
            // A public suffix alone is its own registrable domain where nothing is above it.
            let is_registrable = address.registrable_domain() == domain && is_owned(domain);
            if !is_registrable {
                return Err(RefusedDomainsError::NotRegistrable(number, domain.to_owned()));
            }
            if ALIASES.contains(&domain) {
                return Err(RefusedDomainsError::Aliases(number, domain.to_owned()));
            }
            domains.insert(domain.to_owned());
        }
        Ok(Self(domains))
    }

    /// Whether addresses of this one's domain are not taken. Whose it is, and what it did before, is not asked.
    pub fn refuse(&self, address: &Address) -> bool {
        self.0.contains(address.registrable_domain())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Whether a domain is below a public suffix, and not one itself: of a suffix, a domain below it is not registrable at the suffix.
fn is_owned(domain: &str) -> bool {
    let below = Address::parse(&format!("a@www.{domain}"));
    below.is_ok_and(|below| below.registrable_domain() == domain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn a_domain_is_refused_with_all_that_is_below_it_and_with_nothing_else() {
        let list =
            RefusedDomains::parse("# throw-away\n\nTrash.example  # for ten minutes\n почта.рф\n").expect("a list");
        assert_eq!(list.len(), 2);
        for refused in ["a@trash.example", "A@b.c.TRASH.example", "a@почта.рф", "a@xn--80a1acny.xn--p1ai"] {
            assert!(list.refuse(&address(refused)), "{refused}");
        }
        for taken in ["a@nottrash.example", "a@trash.example.org", "a@example.org", "trash.example@example.org"] {
            assert!(!list.refuse(&address(taken)), "{taken}");
        }
        assert!(!RefusedDomains::default().refuse(&address("a@trash.example")));
    }

    #[test]
    fn what_would_refuse_others_than_meant_is_no_list() {
        let number = |text: &str| match RefusedDomains::parse(text) {
            Err(
                RefusedDomainsError::NotADomain(line)
                | RefusedDomainsError::NotRegistrable(line, _)
                | RefusedDomainsError::Aliases(line, _),
            ) => line,
            other => panic!("{text}: {other:?}"),
        };
        for wrong in ["a@trash.example", "trash", "two words.example", "trash.example,other.example", "*.trash.example"]
        {
            assert_eq!(number(&format!("# a\n{wrong}\n")), 2, "{wrong}");
        }
        for part in ["co.uk", "mail.trash.example", "github.io"] {
            assert!(matches!(RefusedDomains::parse(part), Err(RefusedDomainsError::NotRegistrable(1, _))), "{part}");
        }
    }

    #[test]
    fn a_service_of_private_aliases_is_never_refused() {
        for alias in ALIASES {
            assert!(matches!(RefusedDomains::parse(alias), Err(RefusedDomainsError::Aliases(1, _))), "{alias}");
        }
        assert!(RefusedDomains::parse("trash.example\nMozMail.com").is_err());
    }

    proptest! {
        /// Whatever stands in the file, reading it ends; and a list refuses what it names.
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,60}", label in "[a-z]{1,12}") {
            let _ = RefusedDomains::parse(&text);
            let list = RefusedDomains::parse(&format!("{label}.example")).expect("a list");
            let refused = list.refuse(&address(&format!("x@sub.{label}.example")));
            prop_assert!(refused);
        }
    }
}
