//! Paths of tiles, C2SP tlog-tiles.

use proptest::prelude::*;
use undersign_protocol::public_log::{Edge, TilePath};

use crate::common::laws::{Format, check};

/// An index of as many digits as the largest has, or fewer.
fn paths() -> impl Strategy<Value = TilePath> {
    let level = proptest::option::of(0..=7u8);
    let index = prop_oneof![0..2_000u64, 0..5_000_000u64, 0..=u64::MAX / 256 - 1, Just(u64::MAX / 256 - 1)];
    (level, index, prop_oneof![Just(256), 1..=255u64]).prop_map(|(level, index, width)| TilePath {
        level,
        index,
        width,
    })
}

const FORMAT: Format<TilePath> = Format {
    decode: |bytes| std::str::from_utf8(bytes).ok()?.parse().ok(),
    encode: |path| path.to_string().into_bytes(),
};

#[test]
fn keeps_the_laws() {
    FORMAT.keeps_the_laws_of_open_length(paths());
}

/// The first and the last are the specification's own.
#[test]
fn examples() {
    for (text, level, index, width) in [
        ("entries/x001/x234/067", None, 1_234_067, 256),
        ("0/x001/x234/067", Some(0), 1_234_067, 256),
        ("0/000", Some(0), 0, 256),
        ("0/000.p/5", Some(0), 0, 5),
        ("1/999", Some(1), 999, 256),
        ("1/x001/000", Some(1), 1_000, 256),
        ("7/001.p/255", Some(7), 1, 255),
        ("entries/273.p/112", None, 273, 112),
    ] {
        let path = TilePath { level, index, width };
        assert_eq!(text.parse(), Ok(path));
        assert_eq!(path.to_string(), text);
    }
}

#[test]
fn other_spellings_are_refused() {
    for text in [
        "",
        "/",
        "0",
        "0/",
        "/000",
        "0/0",
        "0/00",
        "0/0000",
        "0/x000",
        "0/x000/000",
        "0/000/000",
        "0/1/000",
        "0/x1/000",
        "0/x001/x000",
        "0/x001/0",
        "0/xx01/000",
        "0/x001x/000",
        "0/-01",
        "0/+01",
        "0/ 01",
        "0/٠٠١",
        "00/000",
        "+0/000",
        "-1/000",
        "8/000",
        "64/000",
        "256/000",
        "x/000",
        "Entries/000",
        "entries",
        "entries/",
        "0/000/",
        "/0/000",
        "0/000.p",
        "0/000.p/",
        "0/000.p/0",
        "0/000.p/00",
        "0/000.p/05",
        "0/000.p/+5",
        "0/000.p/256",
        "0/000.p/5/",
        "0/000.p/5.p/5",
        "0/000.P/5",
        "0/000.p/-1",
        "tile/0/000",
        "8/0/000",
        "0/../000",
        "0/000?x",
        "0/000\n",
        "0/x018/x446/x744/x073/x709/x551/615",
        "0/x999/x999/x999/x999/x999/x999/x999/999",
    ] {
        assert!(text.parse::<TilePath>().is_err(), "{text:?}");
    }
}

#[test]
fn positions_of_the_largest_index_do_not_overflow() {
    let last = TilePath { level: Some(0), index: u64::MAX / 256 - 1, width: 256 };
    assert!(last.is_in(u64::MAX));
    assert_eq!(last.start() + last.width, u64::MAX - 255);
    check((paths(), any::<u64>()), |(path, tree_size)| {
        prop_assert_eq!(path.is_in(tree_size), path.start() + path.width <= path.level_size(tree_size));
        prop_assert!(!path.is_in(0));
        Ok(())
    });
}

/// The specification's example: a tree of 70,000 has 273 full tiles and one of 112 on level 0, one full and one of 17 on level 1, and
/// one of width 1 on level 2.
#[test]
fn a_tree_of_70000_has_the_tiles_of_the_specification() {
    let is_in = |text: &str| text.parse::<TilePath>().unwrap().is_in(70_000);
    for tile in ["0/272", "0/273.p/112", "entries/272", "entries/273.p/112", "1/000", "1/001.p/17", "2/000.p/1"] {
        assert!(is_in(tile), "{tile}");
    }
    for tile in ["0/273", "0/273.p/113", "entries/274.p/1", "1/001.p/18", "1/001", "2/000.p/2", "3/000.p/1"] {
        assert!(!is_in(tile), "{tile}");
    }
    assert_eq!(Edge::widths(70_000), [112, 17, 1]);
    assert_eq!(Edge::widths(256), [0, 1]);
    assert_eq!(Edge::widths(0), Vec::<u64>::new());
}
