//! What the options are read from.

use std::path::Path;

/// A configuration or secret file is never longer than this.
const MAX_FILE: usize = 64 * 1024;

/// What surrounds the process: its environment and its files.
pub trait Surroundings {
    /// A variable of the environment.
    fn variable(&self, name: &str) -> Option<String>;
    /// The names of all variables of the environment.
    fn names(&self) -> Vec<String>;
    /// The text of a file.
    ///
    /// # Errors
    /// What the system says.
    fn file(&self, path: &Path) -> std::io::Result<String>;
}

/// The real environment and the real files.
#[derive(Debug, Clone, Copy, Default)]
pub struct Process;

impl Surroundings for Process {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn names(&self) -> Vec<String> {
        std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).collect()
    }

    fn file(&self, path: &Path) -> std::io::Result<String> {
        use std::io::Read as _;
        let mut text = String::new();
        let limit = u64::try_from(MAX_FILE).unwrap_or(u64::MAX);
        std::fs::File::open(path)?.take(limit).read_to_string(&mut text)?;
        Ok(text)
    }
}
