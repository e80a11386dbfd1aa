use serde_json::json;
use undersign_client_lib::journey::Signed;
use undersign_client_lib::published::Inclusion;

use super::{Signing, stopped};
use crate::exit::{CommandResult, Exit, Failure};
use crate::following::{FollowError, follow};

impl Signing<'_> {
    /// Watches the log until the signature is in it.
    pub(super) async fn wait_until_published(&self, signed: &Signed) -> CommandResult {
        let inclusion = self.find_in_log(signed).await?;
        self.tell_published(&inclusion);
        Ok(())
    }

    async fn find_in_log(&self, signed: &Signed) -> CommandResult<Inclusion> {
        let _sign = self.output.waiting("Waiting until the signature is in the public log …");
        let found = follow(&self.transport, &mut signed.watch(), signed.counted(), self.deadline()).await;
        found.map_err(|error| match error {
            FollowError::TimeIsOver => {
                stopped(signed.slug(), "The signature is accepted, but not in the public log yet.")
            }
            FollowError::NotTrusted(what) => not_trusted(&what),
        })
    }

    fn tell_published(&self, inclusion: &Inclusion) {
        let tree_size = inclusion.checkpoint.tree_size;
        self.output.event(
            "published",
            json!({ "leaf_index": inclusion.leaf_index, "tree_size": tree_size }),
            format!("It is in the public log, and the log's {tree_size} entries give the root that it has signed."),
        );
    }
}

fn not_trusted(what: &str) -> Failure {
    let message = format!(
        "The signature was accepted, but {what}. What is needed to look again is kept: undersign resume --wait-published. Tell the \
         organiser if it stays so."
    );
    Failure::new(Exit::NotTrusted, message)
}
