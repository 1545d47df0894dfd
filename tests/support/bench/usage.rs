//! What the system counts of this process and of those it started.

use anyhow::Context as _;

/// Ticks of processor time in a second, on every Linux that Rust runs on.
const TICKS: f64 = 100.0;
/// Fields of `/proc/self/stat` after the program's name and before this process's processor time.
const BEFORE_OURS: usize = 11;
/// The same, before that of the processes it waited for.
const BEFORE_CHILDREN: usize = 13;
/// Written to `/proc/self/clear_refs`, it makes `VmHWM` start over.
const FORGET_PEAK: &str = "5";

/// Seconds of processor time that this process has used, all threads, kernel included.
pub fn processor_seconds() -> anyhow::Result<f64> {
    seconds_after(BEFORE_OURS)
}

/// Seconds of processor time that the processes which this one has waited for used.
pub fn children_seconds() -> anyhow::Result<f64> {
    seconds_after(BEFORE_CHILDREN)
}

fn seconds_after(fields: usize) -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, after_name) = stat.rsplit_once(')').context("the system does not say")?;
    let mut fields = after_name.split_whitespace().skip(fields);
    let mut ticks = || fields.next().and_then(|field| field.parse::<f64>().ok());
    let (user, kernel) = ticks().zip(ticks()).context("the system does not say")?;
    Ok((user + kernel) / TICKS)
}

/// From here on [`memory_mib`] of `VmHWM` is the most since now.
pub fn forget_peak() -> anyhow::Result<()> {
    Ok(std::fs::write("/proc/self/clear_refs", FORGET_PEAK)?)
}

/// A value of a process's `/proc/…/status` in MiB, this one's when no other is named: `VmRSS` now, `VmHWM` at most.
pub fn memory_mib(process: Option<u32>, name: &str) -> anyhow::Result<f64> {
    let process = process.map_or_else(|| "self".to_owned(), |id| id.to_string());
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kib: f64 = line
        .and_then(|line| line.split_whitespace().next())
        .context("the system does not say")?
        .parse()?;
    Ok(kib / 1024.0)
}
