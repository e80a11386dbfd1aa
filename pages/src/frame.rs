use std::ops::Deref;

use crate::Pages;
use crate::messages::Messages;
use crate::news::TakenDownPage;
use crate::petition::PetitionPage;
use crate::published::Petition;
use crate::share::SharePage;
use crate::verify::VerifyPage;
use crate::withdraw::WithdrawPage;

/// What every page of a petition begins with. Templates read it as the page's own fields.
pub struct PetitionFrame<'a> {
    pub(crate) t: &'static Messages,
    pub(crate) pages: &'a Pages,
    /// Behind the language.
    pub(crate) path: String,
    pub(crate) language: &'static str,
    pub(crate) slug: &'a str,
    pub(crate) petition_id: String,
}

impl<'a> PetitionFrame<'a> {
    /// # Arguments
    /// * `part` – what the page's path has after the petition's, as in `/verify`
    pub(crate) fn new(t: &'static Messages, pages: &'a Pages, petition: &'a Petition, part: &str) -> Self {
        let slug = petition.verified.manifest().slug.as_str();
        Self {
            t,
            pages,
            path: format!("/p/{slug}{part}"),
            language: t.language().tag(),
            slug,
            petition_id: petition.verified.petition_id().to_string(),
        }
    }

    /// The link to the petition that people pass on. It pins the petition: another one in its place is refused.
    pub(crate) fn link(&self) -> String {
        format!("{}/p/{}#{}", self.pages.public_url, self.slug, self.petition_id)
    }
}

macro_rules! framed {
    ($($page:ident),+) => {
        $(impl<'a> Deref for $page<'a> {
            type Target = PetitionFrame<'a>;

            fn deref(&self) -> &PetitionFrame<'a> {
                &self.frame
            }
        })+
    };
}

framed!(PetitionPage, SharePage, TakenDownPage, VerifyPage, WithdrawPage);
