use std::collections::HashSet;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::sync::Barrier;
use std::{fs, thread};

use undersign_server::entropy::SystemEntropy;
use undersign_server::key_directory::{KeyDirectory, KeyError};

#[test]
fn threads_that_need_a_new_key_at_the_same_moment_get_the_same_one() {
    let place = tempfile::tempdir().expect("a temporary directory");
    let directory = KeyDirectory::open(place.path()).expect("a directory of keys");
    for name in (0..20).map(|number| format!("{number}.key")) {
        let barrier = Barrier::new(8);
        let read = || {
            barrier.wait();
            *directory.read_or_make::<32>(&name, &SystemEntropy).expect("a key")
        };
        let keys: HashSet<[u8; 32]> = thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(read)).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        assert_eq!(keys.len(), 1);
        assert!(keys.contains(&*directory.read_array::<32>(&name).expect("readable").expect("there")));
    }
    let left: Vec<String> =
        directory.names().expect("names").into_iter().filter(|name| name.contains("part")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn keys_are_for_their_owner_alone_and_others_are_refused() {
    let place = tempfile::tempdir().expect("a temporary directory");
    let path = place.path().join("keys");
    let directory = KeyDirectory::open(&path).expect("a directory of keys");
    directory.read_or_make::<32>("tag.key", &SystemEntropy).expect("a key");
    let file = path.join("tag.key");
    let metadata = fs::metadata(&file).expect("a file");
    assert_eq!((metadata.permissions().mode() & 0o777, metadata.nlink()), (0o600, 1));
    assert_eq!(fs::metadata(&path).expect("a directory").permissions().mode() & 0o777, 0o700);

    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("other permissions");
    assert!(matches!(directory.read("tag.key"), Err(KeyError::Permissions(_))));
}

#[test]
fn a_destroyed_key_is_overwritten_before_it_is_removed() {
    let place = tempfile::tempdir().expect("a temporary directory");
    let directory = KeyDirectory::open(place.path()).expect("a directory of keys");
    directory.read_or_make::<32>("20000.key", &SystemEntropy).expect("a key");
    // Another name of the same file shows what is left in it.
    let witness = place.path().join("witness");
    fs::hard_link(place.path().join("20000.key"), &witness).expect("a hard link");
    assert_ne!(fs::read(&witness).expect("the key"), [0; 32]);

    directory.destroy("20000.key").expect("destroyed");
    assert_eq!(fs::read(&witness).expect("what is left"), [0; 32]);
    assert!(directory.read("20000.key").expect("readable").is_none());
    directory.destroy("20000.key").expect("once more is no error");
}
