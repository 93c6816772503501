//! A release takes the console's files into the binary, so it is made again when they change.
//! A debug build reads them from where they are.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed=web/console/dist");
    }
}
