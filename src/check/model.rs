//! The rule that compares what the scripts make with the model.

use crate::check::finding::Remark;
use crate::diff::Change;
use crate::diff::Difference;

/// One remark for each object on which they disagree; what comes or goes with its table is told with that.
pub(crate) fn model_ahead(found: &[Difference]) -> Vec<Remark> {
    let is_told = |one: &&Difference| {
        let Some(owner) = one.identity.owner.as_deref() else { return true };
        !found.iter().any(|whole| {
            let identity = &whole.identity;
            identity.owner.is_none()
                && &*identity.name == owner
                && identity.schema == one.identity.schema
                && !matches!(whole.change, Change::Altered { .. })
        })
    };
    let remark = |one: &Difference| {
        let what = match one.change {
            Change::Added => "is in the model, and no revision makes it",
            Change::Removed => "is not in the model, and no revision drops it",
            Change::Altered { .. } => "is another in the model than the revisions make it",
        };
        Remark::new(format!("{} {what}", one.identity))
            .hint("`rev revision --autogenerate -m MESSAGE` writes the revision")
    };
    found.iter().filter(is_told).map(remark).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Identity;
    use crate::catalog::Kind;

    #[test]
    fn parts_are_told_with_their_table() {
        let table = Identity::new(Kind::Table, None, "users");
        let added = |identity: Identity| Difference { identity: identity.into(), change: Change::Added };
        let (column, other) = (table.part(Kind::Column, "id"), Identity::new(Kind::Table, None, "logs"));
        let found = [added(table.clone()), added(column.clone()), added(other.part(Kind::Column, "at"))];
        let messages: Vec<_> = model_ahead(&found).into_iter().map(|remark| remark.message).collect();
        assert_eq!(messages.len(), 2, "{messages:?}");
        assert!(messages[0].starts_with("table users is in the model"), "{messages:?}");
        assert!(messages[1].starts_with("column logs.at"), "{messages:?}");
    }
}
