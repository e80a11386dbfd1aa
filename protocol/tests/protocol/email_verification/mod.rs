//! email_verification: addresses, check numbers, codes, messages.

mod address;
mod address_rules;
mod check_number;
mod code;
mod messages;
mod suggestion;
