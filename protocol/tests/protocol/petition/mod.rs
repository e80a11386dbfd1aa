//! petition: manifests, notices, names, times of publication.

mod canonical;
mod formats;
mod manifest_form;
mod manifest_hosts;
mod manifest_rules;
mod manifest_times;
mod notice;
mod prepare;
mod publication;
mod review;
mod state;
