//! Planted bugs, by which the simulation in `tests/sim` is measured: each must be found. Code names one where it would
//! be made, as `if mutant!("name")`, or with what it does as `mutant!("name", { … })`. Without the feature `mutants`,
//! which only that package turns on, the first is `false`, the second is nothing, and neither is in any binary.

/// Whether the planted bug of this name is in force on this thread; or, with a block, what it does then.
#[cfg(feature = "mutants")]
#[macro_export]
macro_rules! mutant {
    ($name:literal) => {
        $crate::mutants::is_planted($name)
    };
    ($name:literal, $bug:block) => {
        if $crate::mutants::is_planted($name) $bug
    };
}

/// Whether the planted bug of this name is in force on this thread: never, in this build, which has no block of one.
#[cfg(not(feature = "mutants"))]
#[macro_export]
macro_rules! mutant {
    ($name:literal) => {
        false
    };
    ($name:literal, $bug:block) => {};
}

#[cfg(feature = "mutants")]
mod planted {
    use std::cell::Cell;

    thread_local! {
        static PLANTED: Cell<Option<&'static str>> = const { Cell::new(None) };
    }

    /// Plants one bug on this thread, or none.
    pub fn plant(name: Option<&'static str>) {
        PLANTED.set(name);
    }

    /// Whether this bug is planted on this thread.
    pub fn is_planted(name: &str) -> bool {
        PLANTED.get() == Some(name)
    }
}

#[cfg(feature = "mutants")]
pub use planted::{is_planted, plant};
