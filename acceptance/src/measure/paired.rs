//! Measuring two things in turn, so that whatever else the machine does falls on both.

use anyhow::Result;

/// Medians of the two sides.
#[derive(Debug, Clone, Copy)]
pub(super) struct Medians {
    pub(super) ours: f64,
    pub(super) theirs: f64,
}

/// Runs A B A B ... after one unmeasured round that warms caches.
///
/// # Errors
/// As either side.
pub(super) fn paired(
    times: usize,
    mut ours: impl FnMut() -> Result<f64>,
    mut theirs: impl FnMut() -> Result<f64>,
) -> Result<Medians> {
    ours()?;
    theirs()?;
    let mut samples = (Vec::new(), Vec::new());
    for _ in 0..times {
        samples.0.push(ours()?);
        samples.1.push(theirs()?);
    }
    Ok(Medians {
        ours: median(&mut samples.0),
        theirs: median(&mut samples.1),
    })
}

/// The middle one; of an even number, the mean of the two in the middle.
pub(super) fn median(samples: &mut [f64]) -> f64 {
    samples.sort_by(f64::total_cmp);
    let middle = samples.len() / 2;
    let at = |index: usize| samples.get(index).copied().unwrap_or(f64::NAN);
    if samples.len() % 2 == 1 {
        at(middle)
    } else {
        f64::midpoint(at(middle.wrapping_sub(1)), at(middle))
    }
}

#[cfg(test)]
mod unit {
    use super::median;

    #[test]
    fn the_median_is_in_the_middle() {
        assert!((median(&mut [3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((median(&mut [4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < f64::EPSILON);
        assert!(median(&mut []).is_nan());
    }
}
