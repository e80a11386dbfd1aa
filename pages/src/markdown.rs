use std::collections::HashSet;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use pulldown_cmark::{Options, Parser, html};

/// Elements that an organiser's text can have. No picture: loading one tells its host who reads.
const TAGS: [&str; 14] =
    ["a", "blockquote", "br", "code", "em", "h3", "h4", "hr", "li", "ol", "p", "strong", "ul", "pre"];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from(TAGS))
        // Of these the content goes, too.
        .clean_content_tags(HashSet::from(["script", "style"]))
        .tag_attributes([("a", HashSet::from(["href"]))].into())
        .url_schemes(HashSet::from(["https", "http", "mailto"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"));
    builder
});

/// An organiser's Markdown as HTML that is safe in our page: written by one library, and cleaned by another that does not trust it.
/// The text's headings go below the page's own.
pub fn to_html(markdown: &str) -> String {
    let events = Parser::new_ext(markdown, Options::empty()).map(below_ours);
    let mut unsafe_html = String::new();
    html::push_html(&mut unsafe_html, events);
    CLEANER.clean(&unsafe_html).to_string()
}

fn below_ours(event: pulldown_cmark::Event<'_>) -> pulldown_cmark::Event<'_> {
    use pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};
    let lower = |level| if level <= HeadingLevel::H2 { HeadingLevel::H3 } else { HeadingLevel::H4 };
    match event {
        Event::Start(Tag::Heading { level, id, classes, attrs }) => {
            Event::Start(Tag::Heading { level: lower(level), id, classes, attrs })
        }
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(lower(level))),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::to_html;

    #[test]
    fn what_people_write_is_kept() {
        let html = to_html("# One\n\nA *b* **c** [d](https://example.org/?a=1&b=2) `e`\n\n- f\n- g\n\n> h");
        for part in [
            "<h3>One</h3>",
            "<em>b</em>",
            "<strong>c</strong>",
            "href=\"https://example.org/?a=1&amp;b=2\"",
            "<li>f</li>",
            "<blockquote>",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
        assert!(html.contains("rel=\"noopener noreferrer nofollow\""));
    }

    #[test]
    fn what_attacks_is_gone() {
        let attacks = [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "![a](https://example.org/a.png)",
            "[a](javascript:alert(1))",
            "[a](JaVaScRiPt:alert(1))",
            "[a](data:text/html,<script>alert(1)</script>)",
            "<a href=\"/confirm\" onclick=\"alert(1)\" style=\"color:red\">a</a>",
            "<iframe src=https://example.org></iframe>",
            "<form action=/v1><input name=a></form>",
            "<svg><style><img src=x onerror=alert(1)>",
            "[a](//example.org)",
            "<div id=sign class=button>",
        ];
        for attack in attacks {
            let html = to_html(attack).to_lowercase();
            for trace in [
                "<script",
                "alert(1)\"",
                "onerror",
                "onclick",
                "<img",
                "javascript:",
                "data:",
                "<iframe",
                "<form",
                "<input",
                "style=",
                "id=",
                "class=",
                "href=\"/",
                "<svg",
            ] {
                assert!(!html.contains(trace), "{trace} of {attack} in {html}");
            }
        }
    }
}
