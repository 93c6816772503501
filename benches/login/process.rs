//! What the system says of a process: CPU time and memory.

use std::fs;

/// CPU time of all threads of a process, in milliseconds. `schedstat` counts nanoseconds;
/// where the kernel lacks it, clock ticks have to do.
pub fn cpu_ms(pid: u32) -> f64 {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let nanoseconds: Option<u64> = threads
        .map(|thread| {
            let text = fs::read_to_string(thread.unwrap().path().join("schedstat")).ok()?;
            text.split(' ').next()?.parse::<u64>().ok()
        })
        .sum();
    nanoseconds.map_or_else(|| ticks_ms(pid), |total| total as f64 / 1e6)
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
