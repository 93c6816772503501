//! What the system says of a process: CPU time and memory.

use std::collections::BTreeMap;
use std::fs;

/// CPU time of all threads of a process, in milliseconds. `schedstat` counts nanoseconds;
/// where the kernel lacks it, clock ticks have to do.
pub fn cpu_ms(pid: u32) -> f64 {
    let threads = threads(pid);
    let known = !threads.is_empty();
    if known { threads.values().sum() } else { ticks_ms(pid) }
}

/// CPU time of the threads of a process by their name, in milliseconds. Nothing where the kernel
/// does not count it.
pub fn threads(pid: u32) -> BTreeMap<String, f64> {
    let mut found = BTreeMap::new();
    for thread in fs::read_dir(format!("/proc/{pid}/task")).unwrap() {
        let folder = thread.unwrap().path();
        let nanoseconds = fs::read_to_string(folder.join("schedstat"))
            .ok()
            .and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
        let (Some(nanoseconds), Ok(name)) = (nanoseconds, fs::read_to_string(folder.join("comm")))
        else {
            return BTreeMap::new();
        };
        *found.entry(name.trim().to_owned()).or_default() += nanoseconds as f64 / 1e6;
    }
    found
}

// User and system time are fields 14 and 15 of `stat`, in hundredths of a second.
fn ticks_ms(pid: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let (_, fields) = text.rsplit_once(')').unwrap();
    let ticks: u64 = fields.split_whitespace().skip(11).take(2).flat_map(str::parse::<u64>).sum();
    ticks as f64 * 10.0
}

/// A field of `/proc/PID/status` in MiB: `VmRSS` or `VmHWM`.
pub fn memory_mib(pid: u32, field: &str) -> f64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = text.lines().find(|line| line.starts_with(field)).unwrap();
    let kib: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib / 1_024.0
}
