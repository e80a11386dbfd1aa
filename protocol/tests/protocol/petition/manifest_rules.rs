//! Rules for texts, languages, links and goals; each refusal names the field.

use undersign_protocol::petition::{Addressee, Channel, Manifest, ManifestError, VerifiedManifest};

use crate::common::manifest::{example, in_both, signed};

/// Changes the example, signs it and returns what the checks say.
pub fn check(change: impl FnOnce(&mut Manifest)) -> Result<(), ManifestError> {
    let mut manifest = example();
    change(&mut manifest);
    let (canonical, signature) = signed(&manifest);
    VerifiedManifest::verify(&canonical, signature).map(drop)
}

/// The rule that the changed example breaks.
pub fn rule(change: impl FnOnce(&mut Manifest)) -> String {
    match check(change) {
        Err(ManifestError::Rule(rule)) => rule,
        other => panic!("{other:?}"),
    }
}

fn english(manifest: &mut Manifest) -> &mut undersign_protocol::petition::Text {
    manifest.texts.get_mut(&"en".parse().unwrap()).unwrap()
}

#[test]
fn another_version() {
    assert_eq!(rule(|m| m.version = 2), "version: must be 1");
    assert_eq!(rule(|m| m.version = 0), "version: must be 1");
}

#[test]
fn no_language() {
    let rule = rule(|m| m.texts.clear());
    assert_eq!(rule, "texts: at least one language is needed");
}

#[test]
fn a_missing_language() {
    let without = |text: &mut undersign_protocol::petition::Localized| {
        text.retain(|language, _| *language == "en".parse().unwrap())
    };
    assert_eq!(rule(|m| without(&mut m.organiser.name)), "organiser.name: lacks the language ru");
    assert_eq!(rule(|m| without(&mut m.addressees[0].name)), "addressees.name: lacks the language ru");
    assert_eq!(rule(|m| without(&mut m.addressees[0].reason)), "addressees.reason: lacks the language ru");
    assert_eq!(rule(|m| without(&mut m.channels[0].label)), "channels.label: lacks the language ru");
    assert_eq!(rule(|m| without(&mut m.support[0].label)), "support.label: lacks the language ru");
    assert_eq!(rule(|m| without(&mut m.picture.as_mut().unwrap().alt)), "picture.alt: lacks the language ru");
    assert_eq!(rule(|m| m.organiser.name.clear()), "organiser.name: lacks the language en");
}

/// The second addressee is looked at like the first.
#[test]
fn a_missing_language_in_a_later_addressee() {
    let mut name = in_both("The ministry", "Министерство");
    name.pop_first();
    let addressee = Addressee { name, reason: in_both("Can pay", "Может заплатить") };
    assert_eq!(rule(|m| m.addressees.push(addressee)), "addressees.name: lacks the language en");
}

#[test]
fn an_extra_language() {
    let french =
        |text: &mut undersign_protocol::petition::Localized| text.insert("fr".parse().unwrap(), "Oui".to_owned());
    let says = |field: &str| format!("{field}: has the language fr, which texts lacks");
    assert_eq!(rule(|m| drop(french(&mut m.organiser.name))), says("organiser.name"));
    assert_eq!(rule(|m| drop(french(&mut m.addressees[0].reason))), says("addressees.reason"));
    assert_eq!(rule(|m| drop(french(&mut m.channels[0].label))), says("channels.label"));
    assert_eq!(rule(|m| drop(french(&mut m.picture.as_mut().unwrap().alt))), says("picture.alt"));
}

#[test]
fn languages_that_say_more_or_less_than_the_first() {
    let says = "texts.ru: other numbers of demands, questions or help than in the first language";
    assert_eq!(rule(|m| english(m).demands.push("One more".to_owned())), says);
    assert_eq!(rule(|m| english(m).faq.clear()), says);
    assert_eq!(rule(|m| english(m).help.clear()), says);
    assert_eq!(check(|m| m.texts.values_mut().for_each(|text| text.help.clear())), Ok(()));
    assert_eq!(check(|m| m.texts.values_mut().for_each(|text| text.demands.clear())), Ok(()));
}

#[test]
fn nobody_is_asked() {
    assert_eq!(rule(|m| m.addressees.clear()), "addressees: at least one is needed");
}

#[test]
fn empty_texts() {
    for empty in ["", " ", "\u{a0}\u{2003}"] {
        assert_eq!(rule(|m| english(m).title = empty.to_owned()), "texts.en.title: must not be empty");
        assert_eq!(rule(|m| english(m).summary = empty.to_owned()), "texts.en.summary: must not be empty");
        assert_eq!(rule(|m| english(m).body = empty.to_owned()), "texts.en.body: must not be empty");
        assert_eq!(rule(|m| english(m).demands[0] = empty.to_owned()), "texts.en.demands: must not be empty");
        assert_eq!(rule(|m| english(m).faq[0].question = empty.to_owned()), "texts.en.faq.question: must not be empty");
        assert_eq!(rule(|m| english(m).faq[0].answer = empty.to_owned()), "texts.en.faq.answer: must not be empty");
        assert_eq!(rule(|m| m.organiser.name = in_both("a", empty)), "organiser.name: must not be empty");
    }
}

#[test]
fn texts_that_are_too_long() {
    let long = |count: usize| "ж".repeat(count);
    assert_eq!(rule(|m| english(m).title = long(201)), "texts.en.title: at most 200 characters");
    assert_eq!(rule(|m| english(m).summary = long(1_001)), "texts.en.summary: at most 1000 characters");
    assert_eq!(rule(|m| english(m).demands[0] = long(1_001)), "texts.en.demands: at most 1000 characters");
    assert_eq!(rule(|m| english(m).faq[0].question = long(301)), "texts.en.faq.question: at most 300 characters");
    assert_eq!(rule(|m| m.organiser.name = in_both("a", &long(1_001))), "organiser.name: at most 1000 characters");
    assert_eq!(check(|m| english(m).title = long(200)), Ok(()));
}

#[test]
fn lines_of_two_lines_and_control_characters() {
    for bad in ["a\nb", "a\r", "a\tb", "a\0", "a\u{1b}[31m", "a\u{7f}", "a\u{85}b", "a\u{2028}b", "a\u{2029}b"] {
        let rule = rule(|m| english(m).title = bad.to_owned());
        assert_eq!(rule, "texts.en.title: must be one line without control characters", "{bad:?}");
    }
    for bad in ["a\r\nb", "a\0", "a\u{1b}[31m", "a\u{7f}"] {
        let rule = rule(|m| english(m).body = bad.to_owned());
        assert_eq!(rule, "texts.en.body: control characters other than line breaks and tabs", "{bad:?}");
    }
}

#[test]
fn colours_that_are_none() {
    for bad in ["", "#", "#fff", "#00AAFF", "00aaff", "#00aaff0", "#00aafg", "red", "#00aaf\u{e9}"] {
        let rule = rule(|m| m.accent = Some(bad.to_owned()));
        assert_eq!(rule, "accent: must be of the form #rrggbb, small letters", "{bad:?}");
    }
    assert_eq!(check(|m| m.accent = None), Ok(()));
}

#[test]
fn goals_that_do_not_ascend() {
    assert_eq!(rule(|m| m.goals = vec![]), "goals: at least one, above zero");
    assert_eq!(rule(|m| m.goals = vec![0, 1]), "goals: at least one, above zero");
    assert_eq!(rule(|m| m.goals = vec![100, 50]), "goals: must ascend");
    assert_eq!(rule(|m| m.goals = vec![100, 100]), "goals: must ascend");
    assert_eq!(check(|m| m.goals = vec![1]), Ok(()));
}

#[test]
fn address_rules_that_nobody_knows() {
    assert_eq!(rule(|m| m.issuer.address_rules = 2), "issuer.address_rules: must be 1");
    assert_eq!(undersign_protocol::email_verification::ADDRESS_RULES_VERSION, 1);
}

fn link(url: &str) -> Result<(), ManifestError> {
    let channel = Channel { label: in_both("News", "Новости"), url: url.to_owned() };
    let as_support = check(|m| m.support = vec![channel.clone()]);
    let as_channel = check(|m| m.channels = vec![channel]);
    if as_channel.is_err() {
        let says =
            |field: &str| Err(ManifestError::Rule(format!("{field}.url: must be an https link, or http to an onion")));
        assert_eq!((&as_channel, &as_support), (&says("channels"), &says("support")));
    }
    as_channel
}

#[test]
fn links_that_are_taken() {
    for url in [
        "https://example.org",
        "https://example.org/",
        "https://Example.ORG/Path?query=1&b=%20#part",
        "https://example.org:8443/x@y",
        "https://xn--80a1acny.xn--p1ai/",
        "https://example.org?a=https://b.example",
        "http://abcdefghij234567.onion",
        "http://abcdefghij234567.onion/path",
        "http://abcdefghij234567.onion:8080/",
        "https://abcdefghij234567.onion/",
        "https://[2001:db8::1]/",
    ] {
        assert_eq!(link(url), Ok(()), "{url}");
    }
}

#[test]
fn links_that_are_refused() {
    for url in [
        "",
        "https://",
        "https:///x",
        "https://?",
        "https://#",
        "example.org",
        "//example.org",
        "HTTPS://example.org",
        "http://example.org",
        "http://example.org/x.onion",
        "http://example.org?.onion",
        "http://example.org#.onion",
        "http://example.org\\.onion",
        "http://a.onion.example.org",
        "http://a.onion@example.org",
        "http://onion",
        "https://known.example@other.example/",
        "https://known.example:443@other.example/",
        "https://known.example\\@other.example",
        "ftp://example.org",
        "javascript:alert(1)",
        "data:text/html,x",
        "mailto:a@example.org",
        "https://exa mple.org",
        "https://example.org/a b",
        "https://example.org/\n",
        "https://example.org/\"",
        "https://example.org/<script>",
        "https://пример.example/",
        "https://example..org/",
        "https://-example.org/",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://example.org:/",
        " https://example.org",
    ] {
        assert!(link(url).is_err(), "{url:?}");
    }
}
