//! What of a text pages do not show as it was meant: they take an organiser's Markdown apart and leave out what could harm readers.

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In Markdown.
    Prose,
    /// In a demand, which is shown letter by letter.
    Plain,
}

/// What pages do with a line that its writer may not expect, if they do.
pub(super) fn lost(line: &str, place: Place) -> Option<&'static str> {
    let line = without_code(line);
    match place {
        Place::Plain if line.contains("**") || line.contains("](") => {
            Some("a demand is shown letter by letter; leave out marks such as ** and links")
        }
        Place::Plain => None,
        Place::Prose if line.contains("![") && line.contains("](") => Some(
            "pages show no pictures in a text, since loading one tells its host who reads; name one picture in petition.toml",
        ),
        Place::Prose if has_tag(&line) => Some("HTML is taken out; use Markdown, and no < before a letter"),
        Place::Prose if is_rule_of_table(&line) => Some("tables are not drawn; write a list"),
        Place::Prose if has_plain_link(&line) => {
            Some("a link begins with http: anyone on the way can see and change what readers get; use https")
        }
        Place::Prose => None,
    }
}

/// What does not stand between backticks.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect()
}

/// Whether there is `<b>` or `</b>`; `<https://host>` and `<name@host>` are Markdown's links.
fn has_tag(line: &str) -> bool {
    line.split('<').skip(1).any(|rest| {
        let Some((inside, _)) = rest.split_once('>') else { return false };
        let begins = inside.trim_start_matches('/').starts_with(|letter: char| letter.is_ascii_alphabetic());
        let is_link = inside.contains([':', '@']) && !inside.contains(char::is_whitespace);
        begins && !is_link
    })
}

/// `|---|---|`, without which nothing is a table.
fn is_rule_of_table(line: &str) -> bool {
    line.contains("--") && line.contains('|') && line.chars().all(|letter| "|-: \t".contains(letter))
}

/// Onion services have no other links.
fn has_plain_link(line: &str) -> bool {
    let links = ["](http://", "<http://"].into_iter().flat_map(|begin| line.split(begin).skip(1));
    links.map(|rest| rest.split(['/', ')', '>', ':']).next().unwrap_or_default()).any(|host| !host.ends_with(".onion"))
}

#[cfg(test)]
mod tests {
    use super::{Place, lost};

    #[test]
    fn what_is_left_out_is_said() {
        for (line, part) in [
            ("![A bus](bus.png)", "pictures"),
            ("See ![A bus](https://example.org/bus.png).", "pictures"),
            ("<b>Now</b>", "HTML"),
            ("Now<br/>or never", "HTML"),
            ("<a href=\"https://example.org\">here</a>", "HTML"),
            ("|---|:--|", "tables"),
            (" --- | --- ", "tables"),
            ("[here](http://example.org)", "https"),
            ("<http://example.org/a>", "https"),
        ] {
            assert!(lost(line, Place::Prose).is_some_and(|sentence| sentence.contains(part)), "{line}");
        }
        assert!(lost("**Now**", Place::Plain).is_some() && lost("[here](https://example.org)", Place::Plain).is_some());
    }

    #[test]
    fn what_is_shown_is_passed_over() {
        for line in [
            "",
            "3 < 5 and 7 > 2",
            "<https://example.org/a?b=c> <help@example.org> <mailto:help@example.org>",
            "[here](https://example.org) [there](http://abc.onion/) <http://abc.onion>",
            "`<b>` and `![a](b)` stand in code",
            "---",
            "either | or",
            "**bold**",
        ] {
            assert_eq!(lost(line, Place::Prose), None, "{line}");
        }
        assert_eq!(lost("Keep 2 < 3 buses", Place::Plain), None);
    }
}
