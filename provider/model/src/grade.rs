//! How far a number can be trusted.

closed_set! {
    /// How far a capacity number can be trusted; ordered, the least trusted first.
    pub enum Grade, "grade", "invalid-grade", "`listed`, `level`, `counted` or `firm`" {
        /// In a catalogue: nothing is said about stock.
        Listed = "listed",
        /// Low, medium or high.
        Level = "level",
        /// An exact number at a time.
        Counted = "counted",
        /// Reserved for us.
        Firm = "firm",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn firm_is_the_most_trusted() {
        assert!(Grade::ALL.is_sorted());
        assert_eq!(
            "count".parse::<Grade>().unwrap_err().suggestion(),
            Some("counted")
        );
        assert_eq!("\"firm\"", serde_json::to_string(&Grade::Firm).unwrap());
    }
}
