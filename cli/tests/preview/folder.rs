use std::fs;

use crate::world::{PAGE, Preview};

#[test]
fn what_is_changed_in_the_folder_is_on_the_page() {
    let preview = Preview::of_sample();
    let before = (preview.page("/preview/version"), preview.page(PAGE));
    assert!(before.1.contains(&format!("data-version=\"{}\"", before.0)), "the page says which version it is");
    assert_eq!(preview.page("/preview/version"), before.0, "what is not changed is not loaded again");
    preview.replace("en/petition.md", "# Keep night bus 17", "# Keep both night buses");
    assert_ne!(preview.page("/preview/version"), before.0);
    assert!(preview.page(PAGE).contains("<h1>Keep both night buses</h1>"));
    preview.replace("petition.toml", "slug = \"night-bus-17\"", "slug = \"night-bus\"");
    assert!(preview.page("/en/p/night-bus").contains("Keep both night buses"));
    assert_eq!(preview.get(PAGE).status, 404);
}

#[test]
fn without_javascript_the_page_loads_itself_again_too() {
    let page = Preview::of_sample().page(PAGE);
    assert!(page.contains("<noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript>"));
}

#[test]
fn what_is_broken_stands_with_file_and_line_above_the_last_good_page() {
    let preview = Preview::of_sample();
    assert!(!preview.page(PAGE).contains("cannot be published as it is"));
    preview.replace("en/petition.md", "# Keep", "Keep");
    preview.replace("petition.toml", "goals = [50, 200, 500, 1000]", "goals = [50, 20]");
    for path in [PAGE.to_owned(), format!("{PAGE}/share")] {
        let page = preview.page(&path);
        for part in [
            "The folder cannot be published as it is.",
            "<code>en/petition.md:1</code> the first line must be the title",
            "<code>petition.toml:5</code> goals must ascend",
            "Keep night bus 17",
        ] {
            assert!(page.contains(part), "{part} on {path}");
        }
    }
    preview.replace("en/petition.md", "Keep", "# Keep");
    preview.replace("petition.toml", "goals = [50, 20]", "goals = [50, 200]");
    let page = preview.page(PAGE);
    assert!(!page.contains("cannot be published as it is") && !page.contains("must ascend"));
}

#[test]
fn a_folder_that_was_never_good_shows_what_is_wrong_and_its_page_as_soon_as_there_is_one() {
    let preview = Preview::of_changed(|folder| {
        fs::rename(folder.join("ru/demands.md"), folder.join("ru/other.txt")).expect("renamed");
    });
    assert_eq!(preview.said["problems"], 1);
    for path in ["/", PAGE] {
        let page = preview.page(path);
        assert!(page.contains("<code>ru/demands.md</code> this file is missing"), "{page}");
        assert!(page.contains("There is no page yet"));
    }
    fs::rename(preview.path("ru/other.txt"), preview.path("ru/demands.md")).expect("renamed");
    assert!(preview.page(PAGE).contains("<h1>Keep night bus 17</h1>"));
}

#[test]
fn hints_are_told_as_hints() {
    let preview = Preview::of_sample();
    preview.replace("petition.toml", "min_batch = 20", "min_batch = 100");
    let page = preview.page(PAGE);
    let told = page.split("<code>petition.toml:12</code>").nth(1).expect("the hint's line");
    assert!(told.starts_with(" Hint: until 100 have signed"), "{told}");
    assert!(!page.contains("cannot be published as it is"));
}
