//! Facts are read back as they were written, and what is overdue follows from them alone.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::subsequence;
use undersign_client_lib::facts::{Facts, Overdue, overdue};
use undersign_client_lib::organiser::Folder;
use undersign_protocol::petition::{
    Addressee, ByLanguage, Localized, Manifest, Notice, NoticeContent, NoticeSigner, NoticeText,
};
use undersign_protocol::timestamp::{DAY, Timestamp};

use crate::support::{signed, small};

/// Days that are tried: few, so that they meet.
const DAYS: u64 = 5;

/// What is published.
#[derive(Debug, Clone)]
enum Said {
    Delivery { addressees: Vec<usize>, until: Option<u64> },
    Answer { addressees: Vec<usize> },
    News(String),
}

/// A petition in two languages to as many addressees as there are names. Some have the same name in one language.
fn manifest(names: &[String]) -> Manifest {
    let petition = signed(&Folder::parse(&small()).expect("a good folder")).expect("a good manifest");
    let mut manifest = petition.manifest().clone();
    let localized = |english: &str, russian: &str| -> Localized {
        [("en", english), ("ru", russian)]
            .map(|(language, name)| (language.parse().expect("a language"), name.to_owned()))
            .into()
    };
    let addressee = |(place, name): (usize, &String)| Addressee {
        name: localized(&format!("{name} {}", place / 2), &format!("{name} {place}")),
        reason: localized("why", "почему"),
    };
    manifest.addressees = names.iter().enumerate().map(addressee).collect();
    manifest
}

fn facts(addressees: &[usize], on: Option<u64>, until: Option<u64>) -> Facts {
    let day = |day: u64| start(day).to_string()[..10].to_owned().try_into().expect("a day");
    Facts { addressees: addressees.to_vec(), on: on.map(day), answer_until: until.map(day) }
}

fn start(day: u64) -> Timestamp {
    "2027-01-01T00:00:00Z".parse::<Timestamp>().expect("a time").plus(day * DAY)
}

fn texts(body: &str) -> ByLanguage<NoticeText> {
    let text = |body: &str| NoticeText { title: "News".to_owned(), body: body.to_owned() };
    [("en".parse().expect("en"), text(body)), ("ru".parse().expect("ru"), text(body))].into()
}

fn notice(said: &Said, manifest: &Manifest) -> Notice {
    let below = |facts: Facts, is_delivery| {
        facts.below(texts("It was so."), manifest, is_delivery, None).expect("facts that fit")
    };
    let (texts, content) = match said {
        Said::Delivery { addressees, until } => {
            (below(facts(addressees, Some(0), *until), true), NoticeContent::Delivery { tree_size: 1 })
        }
        Said::Answer { addressees } => (below(facts(addressees, None, None), false), NoticeContent::Answer {}),
        Said::News(text) => (texts(text), NoticeContent::Update {}),
    };
    let (petition_id, published_at) = ([1; 32].into(), start(0));
    Notice {
        version: 1,
        petition_id,
        signer: NoticeSigner::Organiser,
        recovery_key: None,
        published_at,
        texts,
        content,
    }
}

fn names() -> impl Strategy<Value = Vec<String>> {
    vec("[^\\x00-\\x1f\\x7f]{0,12}", 1..6)
}

fn places(count: usize) -> impl Strategy<Value = Vec<usize>> {
    subsequence((1..=count).collect::<Vec<_>>(), 0..=count)
}

fn story() -> impl Strategy<Value = (Vec<String>, Vec<Said>)> {
    names().prop_flat_map(|names| {
        let count = names.len();
        let said = prop_oneof![
            (places(count), proptest::option::of(0..DAYS))
                .prop_map(|(addressees, until)| Said::Delivery { addressees, until }),
            places(count).prop_map(|addressees| Said::Answer { addressees }),
            any::<String>().prop_map(Said::News),
        ];
        (Just(names), vec(said, 0..8))
    })
}

/// For each delivery and addressee alone: due before now, and no answer behind it that is theirs or nobody's.
fn by_hand(story: &[Said], today: u64) -> Vec<(usize, usize)> {
    let mut owed = Vec::new();
    for (index, said) in story.iter().enumerate() {
        let Said::Delivery { addressees, until: Some(until) } = said else { continue };
        for place in addressees {
            let is_answered = story[index..].iter().any(|later| match later {
                Said::Answer { addressees } => addressees.is_empty() || addressees.contains(place),
                _ => false,
            });
            if *until < today && !is_answered {
                owed.push((index, *place));
            }
        }
    }
    owed
}

proptest! {
    #[test]
    fn what_is_overdue_is_due_and_not_answered_behind_the_delivery((names, story) in story(), today in 0..=DAYS, second in 0..DAY) {
        let manifest = manifest(&names);
        let notices: Vec<_> = story.iter().map(|said| notice(said, &manifest)).collect();
        let late = overdue(&manifest, &notices, start(today).plus(second));
        let found: Vec<_> =
            late.iter().flat_map(|late| late.addressees.iter().map(|place| (late.delivery, *place))).collect();
        prop_assert_eq!(found, by_hand(&story, today));
        for Overdue { delivery, answer_until, .. } in late {
            let Said::Delivery { until: Some(until), .. } = &story[delivery] else { panic!("a delivery") };
            prop_assert_eq!(answer_until.begins_at(), start(*until));
        }
    }

    #[test]
    fn facts_are_read_back_as_they_were_written(
        (names, addressees) in names().prop_flat_map(|names| (Just(names.clone()), places(names.len()))),
        on in proptest::option::of(0..DAYS), until in proptest::option::of(DAYS..2 * DAYS), is_delivery: bool, body: String,
    ) {
        let manifest = manifest(&names);
        let written = facts(&addressees, on, until);
        let below = written.below(texts(&body), &manifest, is_delivery, None).expect("facts that fit");
        let expected = if written.is_empty() { Facts::read(&texts(&body), &manifest, is_delivery) } else { Some(written) };
        prop_assert_eq!(Facts::read(&below, &manifest, is_delivery), expected);
    }

    #[test]
    fn other_words_say_nothing_to_programs(body: String, list: String, is_delivery: bool) {
        let manifest = manifest(&["Mayor".to_owned()]);
        prop_assert_eq!(Facts::read(&texts(&body), &manifest, is_delivery), None);
        prop_assert_eq!(Facts::read(&texts(&format!("{body}\n\n---\n\n- {list}")), &manifest, is_delivery), None);
    }
}

fn delivery(names: &[String]) -> (Manifest, Notice) {
    let manifest = manifest(names);
    let said = Said::Delivery { addressees: vec![1], until: Some(0) };
    let notice = notice(&said, &manifest);
    (manifest, notice)
}

#[test]
fn an_answer_is_in_time_until_the_end_of_its_day() {
    let (manifest, notice) = delivery(&["Mayor".to_owned()]);
    let late = |now: &str| overdue(&manifest, [&notice], now.parse().expect("a time")).len();
    assert_eq!((late("2027-01-01T23:59:59Z"), late("2027-01-02T00:00:00Z")), (0, 1));
}

#[test]
fn lists_that_do_not_say_the_same_in_each_language_say_nothing() {
    let (manifest, notice) = delivery(&["Mayor".to_owned()]);
    assert!(Facts::read(&notice.texts, &manifest, true).is_some(), "the control");
    for (word, other) in
        [("2027-01-01", "2027-01-03"), ("Mayor", "Minister"), ("- An", "-  An"), ("\n- Date", "\n\n- Date")]
    {
        let mut texts = notice.texts.clone();
        let text = texts.get_mut(&"en".parse().expect("en")).expect("a text");
        let changed = text.body.replacen(word, other, 1);
        assert_ne!(changed, text.body, "{word}");
        text.body = changed;
        assert_eq!(Facts::read(&texts, &manifest, true), None, "{word}");
    }
}

#[test]
fn nothing_is_said_of_what_the_operator_says_nor_after_a_take_down() {
    let (manifest, notice) = delivery(&["Mayor".to_owned()]);
    let late = |notices: &[Notice]| overdue(&manifest, notices, start(DAYS)).len();
    let operators = Notice { signer: NoticeSigner::Operator, ..notice.clone() };
    let down = Notice { content: NoticeContent::TakeDown {}, ..operators.clone() };
    assert_eq!((late(std::slice::from_ref(&notice)), late(&[operators]), late(&[notice, down])), (1, 0, 0));
}
