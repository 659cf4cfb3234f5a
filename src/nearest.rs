//! "Did you mean": the known word that is nearest to a mistyped one.

/// Returns the one of `known` that `text` most likely was meant to be, or nothing when none is near.
pub fn nearest<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const NEAR: f64 = 0.8; // Jaro-Winkler similarity; the figure that clap uses for its own suggestions is 0.7
    nearest_within(text, known, NEAR)
}

/// Returns the one of `known` that is nearest, if it is more than `similar` to `text`, which at most is 1.
pub fn nearest_within<'a>(text: &str, known: impl IntoIterator<Item = &'a str>, similar: f64) -> Option<&'a str> {
    known
        .into_iter()
        .map(|word| (strsim::jaro_winkler(text, word), word))
        .filter(|(similarity, _)| *similarity > similar)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, word)| word)
}
