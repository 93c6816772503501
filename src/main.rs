//! The `doorward` program.

use std::process::ExitCode;

/// A sign-in makes thousands of small allocations on one thread and frees some on another;
/// the C library's allocator spends a tenth of the whole on that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    doorward::cli::main()
}
