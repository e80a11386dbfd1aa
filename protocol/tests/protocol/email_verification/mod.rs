//! email_verification: addresses, check numbers, codes, evaluations, messages.

mod address;
mod address_rules;
mod check_number;
mod code;
mod evaluation;
mod messages;
mod proof_of_work;
mod suggestion;
