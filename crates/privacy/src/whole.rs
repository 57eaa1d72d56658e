//! Tables of whole persons: never negative, and every two of them agree over what they share, to the person.
//!
//! It is post-processing of [`crate::non_negative()`] and costs no privacy. Rounding cells one by one would let tables
//! disagree. Here the total is rounded first, then one table after the other, and each keeps what was rounded before:
//!
//! 1. what two tables share, the table over the dimensions of both, where neither contains the other;
//! 2. smaller tables that are wanted, such as single dimensions, as long as any two tables of these first steps are
//!    apart or one inside the other;
//! 3. the tables that are inside no other.
//!
//! All other tables are sums of those, and gather what the rounding of many cells adds up to.
//!
//! Each table is made whole with the sums that tables before it give: as a matrix with given sums of rows and columns,
//! one such table after the other (see [`crate::rounding`]), then along its other dimensions by largest remainders. So
//! a single dimension, and a table with none or one before it, has each number rounded up or down; a matrix has
//! wherever its sums allow it.
//!
//! # When it can be done
//!
//! What two tables share must be apart from, or inside of, all else that is shared. This holds if one table contains
//! all others (nothing else is shared), if no table has more than two dimensions (single dimensions are shared), and
//! for others, such as year × gender beside year × origin × destination. Every table can be made whole then: over
//! dimensions that are apart, any sums of one total fit together.
//!
//! Beyond this nothing is promised: tables of three or more dimensions that overlap crosswise can agree as fractions
//! where no whole ones do, and whether they can is a hard problem of whole-number programming. Such sets of tables are
//! refused from the plan alone, before anybody's data are touched, by [`can_be_whole()`].

use std::collections::BTreeMap;

use crate::axes::sum_onto;
use crate::measure::{MAX_PERSONS, check_length};
use crate::rounding::{Grain, PERSON, fit, grains, share_out};
use crate::{NoisePlan, NonNegative, PrivacyError, Shape, Subset, Wanted};

/// Refuses tables that whole numbers cannot be promised for ([`PrivacyError::NotWhole`]): see the head of this file.
pub fn can_be_whole(wanted: &[Wanted]) -> Result<(), PrivacyError> {
    shared(&largest(wanted)).map(drop)
}

/// The tables of [`crate::non_negative()`] as whole persons, in the same order. Equal arguments give equal tables, and
/// tables that are whole stay as they are.
pub fn whole(plan: &NoisePlan, tables: &NonNegative) -> Result<Vec<Vec<u64>>, PrivacyError> {
    let largest = largest(plan.wanted());
    let firsts = firsts(shared(&largest)?, plan.wanted(), &largest);
    check(plan, &tables.tables)?;
    let shape = plan.shape();
    let real = largest.iter().map(|&dimensions| {
        let at = plan.wanted().iter().position(|table| table.dimensions == dimensions);
        let cells = at.map(|at| tables.tables[at].iter().map(|&persons| grains(persons)).collect());
        Table { dimensions, cells: cells.expect("the largest tables are wanted") }
    });
    let real: Vec<Table> = real.collect();
    let total = (real[0].cells.iter().sum::<Grain>() + PERSON / 2) / PERSON;
    let mut before: Vec<Table> = Vec::new();
    for dimensions in firsts {
        before.push(round(shape, &within(shape, &real, dimensions), &before, total));
    }
    let rounded: Vec<Table> = real.iter().map(|table| round(shape, table, &before, total)).collect();
    Ok(plan.wanted().iter().map(|table| within(shape, &rounded, table.dimensions).cells).collect())
}

/// Refuses what [`crate::non_negative()`] does not give.
fn check(plan: &NoisePlan, tables: &[Vec<f64>]) -> Result<(), PrivacyError> {
    if tables.len() != plan.wanted().len() {
        return Err(PrivacyError::BadStoredPlan("it has another number of tables than there are"));
    }
    for (table, values) in plan.wanted().iter().zip(tables) {
        check_length(plan.shape(), table.dimensions, values.len())?;
        let persons = values.iter().all(|value| *value >= 0.0) && values.iter().sum::<f64>() < MAX_PERSONS as f64;
        if !persons {
            return Err(PrivacyError::NotCounts(table.dimensions));
        }
    }
    Ok(())
}

/// The tables that are inside no other.
fn largest(wanted: &[Wanted]) -> Vec<Subset> {
    let tables = wanted.iter().map(|table| table.dimensions);
    let is_largest = |table: &Subset| tables.clone().all(|other| other == *table || !table.is_subset_of(other));
    tables.clone().filter(is_largest).collect()
}

/// The largest sets of dimensions that two of these tables share; refuses sets that overlap.
fn shared(largest: &[Subset]) -> Result<Vec<Subset>, PrivacyError> {
    let mut pairs = BTreeMap::new();
    for (position, &one) in largest.iter().enumerate() {
        for &other in &largest[..position] {
            pairs.entry(one.intersection(other)).or_insert([other, one]);
        }
    }
    pairs.remove(&Subset::EMPTY);
    // Larger sets come later in the order, so whatever contains this one and was met is kept or contained itself.
    let mut found: Vec<Subset> = Vec::new();
    for (&sharing, tables) in pairs.iter().rev() {
        if found.iter().any(|larger| sharing.is_subset_of(*larger)) {
            continue;
        }
        if let Some(overlapping) = found.iter().find(|other| !other.intersection(sharing).is_empty()) {
            let mut tables = [pairs[overlapping], *tables].concat();
            tables.sort_unstable();
            tables.dedup();
            return Err(PrivacyError::NotWhole { tables });
        }
        found.push(sharing);
    }
    Ok(found)
}

/// What is rounded before the largest tables, smaller tables first: what they share, and of the wanted tables, from the
/// smallest on, those that are apart from each of these, inside it, or around it.
fn firsts(shared: Vec<Subset>, wanted: &[Wanted], largest: &[Subset]) -> Vec<Subset> {
    let mut firsts = shared;
    let mut smaller: Vec<Subset> = wanted.iter().map(|table| table.dimensions).collect();
    smaller.retain(|table| !table.is_empty() && !largest.contains(table));
    smaller.sort_unstable();
    for table in smaller {
        let fits = |first: &Subset| {
            let common = table.intersection(*first);
            common.is_empty() || common == table || common == *first
        };
        if !firsts.contains(&table) && firsts.iter().all(fits) {
            firsts.push(table);
        }
    }
    firsts.sort_unstable();
    firsts
}

/// One table: dense and row-major, dimensions ascending.
struct Table {
    dimensions: Subset,
    cells: Vec<u64>,
}

/// The table over these dimensions, from the first one that contains it.
fn within(shape: &Shape, tables: &[Table], dimensions: Subset) -> Table {
    let table = tables.iter().find(|table| dimensions.is_subset_of(table.dimensions));
    let table = table.expect("every wanted or shared table is inside one of the largest");
    Table { dimensions, cells: sum_onto(shape, table.dimensions, table.cells.clone(), dimensions) }
}

/// A table of grains as whole persons: with the sums that were rounded before over parts of its dimensions, and with
/// this total.
fn round(shape: &Shape, table: &Table, before: &[Table], total: u64) -> Table {
    // Those inside of others say nothing more; the others are apart.
    let inside = |sums: &Table| {
        before.iter().any(|all| all.dimensions != sums.dimensions && sums.dimensions.is_subset_of(all.dimensions))
    };
    let given = before.iter().filter(|sums| !inside(sums));
    let given = given.map(|sums| (sums.dimensions.intersection(table.dimensions), sums));
    let given: Vec<(Subset, &Table)> = given.filter(|(dimensions, _)| !dimensions.is_empty()).collect();
    let is_given = |dimension: &usize| given.iter().any(|(dimensions, _)| dimensions.contains(*dimension));
    let first = given.iter().flat_map(|(dimensions, _)| dimensions.dimensions());
    let free: Vec<usize> = table.dimensions.dimensions().filter(|dimension| !is_given(dimension)).collect();
    let order: Vec<usize> = first.chain(free.iter().copied()).collect();
    let places = places(shape, table.dimensions, &order);
    let mut real = vec![0; table.cells.len()];
    places.iter().zip(&table.cells).for_each(|(&place, &cell)| real[place] = cell);
    let mut whole = vec![total];
    for (dimensions, sums) in &given {
        let columns = sum_onto(shape, sums.dimensions, sums.cells.clone(), *dimensions);
        whole = fit(&summed(&real, whole.len() * columns.len()), &whole, &columns);
    }
    for dimension in free {
        let parts = shape.sizes()[dimension] as usize;
        let real = summed(&real, whole.len() * parts);
        whole = whole.iter().zip(real.chunks_exact(parts)).flat_map(|(&sum, real)| share_out(sum, real)).collect();
    }
    Table { dimensions: table.dimensions, cells: places.iter().map(|&place| whole[place]).collect() }
}

/// Where each cell of a table stands when its dimensions are taken in this order.
fn places(shape: &Shape, table: Subset, order: &[usize]) -> Vec<usize> {
    let size = |dimension: usize| shape.sizes()[dimension] as usize;
    let mut places = vec![0];
    for dimension in table.dimensions() {
        let step: usize = order.iter().rev().take_while(|last| **last != dimension).map(|&last| size(last)).product();
        places = places.iter().flat_map(|place| (0..size(dimension)).map(move |code| place + code * step)).collect();
    }
    places
}

/// Sums over the last dimensions, so that so many cells are left.
fn summed(real: &[Grain], cells: usize) -> Vec<Grain> {
    real.chunks_exact(real.len() / cells).map(|chunk| chunk.iter().sum()).collect()
}
