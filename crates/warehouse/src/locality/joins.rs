//! Which joins keep persons apart, and what their columns still mean.

use datafusion::common::JoinType;
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{BinaryExpr, Expr, Join, Operator};

use super::{Checked, Kind, Meaning, Relation, meaning, refuse};

pub(super) fn joined(join: &Join, left: &Relation, right: &Relation) -> Checked<Relation> {
    use JoinType::{Full, Inner, Left, LeftAnti, LeftSemi, Right, RightAnti, RightSemi};
    let met = |a: Meaning, b: Meaning| meets(join, left, right, a, b);
    let (kept_left, kept_right) = (matches!(join.join_type, Inner | Left), matches!(join.join_type, Inner | Right));
    let allowed = match (left.kind, right.kind) {
        (Kind::Public, Kind::Public) => true,
        (Kind::Personal, Kind::Public) => kept_left || matches!(join.join_type, LeftSemi | LeftAnti),
        (Kind::Public, Kind::Personal) => kept_right || matches!(join.join_type, RightSemi | RightAnti),
        (Kind::Personal, Kind::Aliases) => {
            // A second condition would leave some records of a person under the replaced pseudonym.
            join.join_type == Left && conditions(join).count() == 1 && met(Meaning::StoredPerson, Meaning::StoredPerson)
        }
        (Kind::Personal, Kind::Personal) => {
            let known =
                matches!(join.join_type, Inner | Left | Right | Full | LeftSemi | LeftAnti | RightSemi | RightAnti);
            known && met(Meaning::Person, Meaning::Person)
        }
        _ => false,
    };
    if !allowed {
        return Err(refuse(
            &format!("{} join", join.join_type),
            "its sides do not meet on the person",
            "write JOIN … ON a.person = b.person, or keep the side of the persons when joining the dictionary",
        ));
    }
    let kind = if (left.kind, right.kind) == (Kind::Public, Kind::Public) { Kind::Public } else { Kind::Personal };
    Ok(Relation { kind, columns: columns(join.join_type, left, right) })
}

fn columns(join_type: JoinType, left: &Relation, right: &Relation) -> Vec<Meaning> {
    use JoinType::{Full, Left, LeftAnti, LeftSemi, Right, RightAnti, RightSemi};
    let (all_left, all_right) = (matches!(join_type, Left | Full), matches!(join_type, Right | Full));
    let l = side(left, right, all_left, all_right);
    let r = side(right, left, all_right, all_left);
    match join_type {
        LeftSemi | LeftAnti => l,
        RightSemi | RightAnti => r,
        _ => [l, r].concat(),
    }
}

/// What the columns of one side mean after the join. `whole`: each of its rows is still there. `nullable`: rows of the
/// other side that found none here have NULL in its columns, which names nobody.
fn side(this: &Relation, other: &Relation, whole: bool, nullable: bool) -> Vec<Meaning> {
    let after = |&meaning: &Meaning| match meaning {
        // What stands behind an alias may be NULL anyway.
        Meaning::AliasedPerson | Meaning::AliasedCohort if this.kind == Kind::Aliases => meaning,
        // It names somebody still, but not the person of the row for certain.
        _ if nullable && meaning.names() => Meaning::Name,
        _ if nullable => Meaning::Other,
        // Two records of a person meet here: the alias of one must not be completed with the pseudonym of the other.
        Meaning::AliasedPerson | Meaning::StoredPerson if other.kind == Kind::Personal => Meaning::Name,
        Meaning::AliasedCohort if other.kind == Kind::Personal => Meaning::Other,
        Meaning::StoredCohort(_) if !whole => Meaning::Other,
        _ => meaning,
    };
    this.columns.iter().map(after).collect()
}

/// Whether the join asks for equality of a left column of meaning `a` with a right column of meaning `b`.
fn meets(join: &Join, left: &Relation, right: &Relation, a: Meaning, b: Meaning) -> bool {
    let pair =
        |x: &Expr, y: &Expr| meaning(x, join.left.schema(), left) == a && meaning(y, join.right.schema(), right) == b;
    conditions(join).any(|(x, y)| y.is_some_and(|y| pair(x, y) || pair(y, x)))
}

/// All conditions of the join; of an equality, its two sides.
fn conditions(join: &Join) -> impl Iterator<Item = (&Expr, Option<&Expr>)> {
    let filters = join.filter.as_ref().map(split_conjunction).unwrap_or_default();
    let filters = filters.into_iter().map(|condition| match condition {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => (&**left, Some(&**right)),
        other => (other, None),
    });
    join.on.iter().map(|(left, right)| (left, Some(right))).chain(filters)
}
