//! Our own source, as the house rules look at it.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of `src/`, its path from there, and its text without comments and without the
/// tests at its foot.
pub struct Source {
    pub path: String,
    pub code: String,
}

/// Every file of `src/` that is compiled into the program.
pub fn production() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    let mut sources = Vec::new();
    for path in paths {
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        if name.ends_with("tests.rs") || name.contains("/tests/") || for_tests_only(&path) {
            continue;
        }
        sources
            .push(Source { code: production_code(&fs::read_to_string(path).unwrap()), path: name });
    }
    assert!(sources.len() > 50, "the source was not found");
    sources
}

/// Whether the file is a module that its parent declares for tests only.
fn for_tests_only(path: &Path) -> bool {
    let module = path.file_stem().unwrap().to_str().unwrap();
    let folder = path.parent().unwrap();
    [folder.join("mod.rs"), folder.with_extension("rs")].into_iter().any(|parent| {
        let parent = fs::read_to_string(parent).unwrap_or_default();
        ["", "pub ", "pub(crate) "]
            .iter()
            .any(|reach| parent.contains(&format!("#[cfg(test)]\n{reach}mod {module};")))
    })
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
    paths.sort();
}

/// The text up to the tests at its foot, without comments.
pub fn production_code(text: &str) -> String {
    let text = text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let lines = text.lines().map(|line| match line.trim_start().starts_with("//") {
        true => "",
        false => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}
