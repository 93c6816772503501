//! The house rules as tests, and tests through the front door against the real application in
//! this process.

#![cfg(test)]
#![expect(clippy::too_many_lines, reason = "tables of cases are long")]

mod activity;
mod amr;
mod attempts;
mod browser_bound;
mod budgets;
mod captures;
mod console;
mod dialect;
mod domains;
mod enforcement;
mod explain;
mod first_run;
mod floods;
mod front;
mod house;
mod initiated;
mod large_deletes;
mod layers;
mod link_previews;
mod links_at_rest;
mod lists;
mod local_passwords;
mod migrations;
mod never_locked_out;
mod owner_alarms;
mod owner_command;
mod owner_door;
mod owner_drills;
mod owner_factors;
mod owner_floods;
mod owner_offline;
mod owners;
mod passkey_attacks;
mod passkeys;
mod provisioning;
mod reason_codes;
mod redirect_mismatches;
mod references;
mod replacement;
mod replay;
mod roles;
mod route_map;
mod rows;
mod saml_answers;
mod saml_attacks;
mod saml_attributes;
mod saml_checks;
mod saml_metadata;
mod saml_mutations;
mod saml_wrapping;
mod seeds;
mod settings;
mod setup_links;
mod shared_callback;
mod sign_out;
mod source;
mod support;
mod swaps;
mod test_sign_ins;
mod trace_page;
mod traces;
mod users;
