//! Whole numbers near real ones with given sums: along a line by largest remainders, in a matrix by whole flows.
//!
//! Real numbers come as [`Grain`]s, billionths of a person, so that sums are exact, equal numbers are equal, and every
//! machine finds the same. Ties go to the earlier cell of a line, and to the earlier diagonal of a matrix.
//!
//! A matrix with whole sums of rows and columns is the transportation problem of controlled rounding (Cox and Ernst,
//! *Controlled Rounding*, INFOR 20, 1982; Causey, Cox and Ernst, *Applications of Transportation Theory to Statistical
//! Problems*, JASA 80, 1985): rows send units, columns receive them, and each cell is an arc with a least and a largest
//! number. Its solutions are whole because it is a flow. Here the sums are given, since other tables have them too, and
//! no matrix of neighbouring whole numbers need have just these sums; then a few cells may leave their neighbours.

use std::cmp::Reverse;
use std::collections::VecDeque;

/// A billionth of a person. All persons there may be ([`crate::measure::MAX_PERSONS`]) stay within 64 bits.
pub(crate) type Grain = u64;
/// Grains of one person.
pub(crate) const PERSON: Grain = 1_000_000_000;

/// The number of persons in grains.
pub(crate) fn grains(persons: f64) -> Grain {
    (persons * PERSON as f64).round() as Grain
}

/// Whole numbers with this sum: each real one rounded down, and what is missing given to the largest remainders. If the
/// sum is that of the real numbers, rounded up or down, each number is its real one, rounded up or down.
pub(crate) fn share_out(sum: u64, real: &[Grain]) -> Vec<u64> {
    let mut whole: Vec<u64> = real.iter().map(|real| real / PERSON).collect();
    let floors: u64 = whole.iter().sum();
    if let Some(excess) = floors.checked_sub(sum).filter(|excess| *excess > 0) {
        take(excess, real, &mut whole);
        return whole;
    }
    let (each, rest) = ((sum - floors) / real.len() as u64, (sum - floors) % real.len() as u64);
    for (place, position) in by_remainder(0..real.len(), real).into_iter().enumerate() {
        whole[position] += each + u64::from((place as u64) < rest);
    }
    whole
}

/// Takes units away, from the smallest remainders first. There must be so many.
fn take(mut excess: u64, real: &[Grain], whole: &mut [u64]) {
    let order = by_remainder(0..real.len(), real);
    while excess > 0 {
        let each = (excess / real.len() as u64).max(1);
        for &position in order.iter().rev() {
            let taken = each.min(excess).min(whole[position]);
            whole[position] -= taken;
            excess -= taken;
        }
    }
}

/// Positions, largest remainder first, equal ones in the order given.
fn by_remainder(positions: impl Iterator<Item = usize>, real: &[Grain]) -> Vec<usize> {
    let mut order: Vec<usize> = positions.collect();
    order.sort_by_key(|&position| Reverse(real[position] % PERSON));
    order
}

/// How far cells may be from their real numbers.
#[derive(Clone, Copy)]
enum Room {
    /// Rounded up or down.
    Neighbours,
    /// At most one person away.
    OnePerson,
    /// Anywhere: with this every sum can be had.
    Any,
}

impl Room {
    /// The least and the largest number of a cell.
    fn of(self, real: Grain) -> (u64, u64) {
        let (floor, ceiling) = (real / PERSON, real.div_ceil(PERSON));
        match self {
            Self::Neighbours => (floor, ceiling),
            Self::OnePerson => (ceiling.saturating_sub(1), floor + 1),
            Self::Any => (0, u64::MAX),
        }
    }
}

/// A row-major matrix of whole numbers with just these sums of rows and of columns, both of which have the same total.
///
/// No sum should be below that of its cells rounded down. Then, if matrices of neighbouring whole numbers have these
/// sums, it is one of them; if not, and others that stay within one person of each cell have, one of those. Units are
/// given to the largest remainders first as long as row and column both lack some; the rest moves along augmenting
/// paths, shortest first. Each path is one look at all cells and brings a unit or more to its place.
pub(crate) fn fit(real: &[Grain], rows: &[u64], columns: &[u64]) -> Vec<u64> {
    let mut matrix = Matrix::floors(real, rows, columns);
    matrix.raise_largest_remainders();
    for room in [Room::Neighbours, Room::OnePerson, Room::Any] {
        while matrix.improve(room) {}
    }
    matrix.whole
}

struct Matrix<'a> {
    real: &'a [Grain],
    whole: Vec<u64>,
    /// What each row and each column lacks of its sum.
    rows: Vec<u64>,
    columns: Vec<u64>,
}

impl<'a> Matrix<'a> {
    /// Each cell rounded down. Sums that were rounded themselves can be below those of the floors by a unit; then the
    /// smallest remainders give it.
    fn floors(real: &'a [Grain], rows: &[u64], columns: &[u64]) -> Self {
        let width = columns.len();
        let mut whole: Vec<u64> = real.iter().map(|real| real / PERSON).collect();
        let excess = |cells: &[u64], sum: u64| cells.iter().sum::<u64>().saturating_sub(sum);
        for ((cells, real), &sum) in whole.chunks_exact_mut(width).zip(real.chunks_exact(width)).zip(rows) {
            take(excess(cells, sum), real, cells);
        }
        for (column, &sum) in columns.iter().enumerate() {
            let mut cells: Vec<u64> = whole.iter().skip(column).step_by(width).copied().collect();
            let excess = excess(&cells, sum);
            if excess > 0 {
                let real: Vec<Grain> = real.iter().skip(column).step_by(width).copied().collect();
                take(excess, &real, &mut cells);
                whole.iter_mut().skip(column).step_by(width).zip(cells).for_each(|(cell, left)| *cell = left);
            }
        }
        let mut matrix = Self { real, whole, rows: rows.to_vec(), columns: columns.to_vec() };
        for (position, whole) in matrix.whole.iter().enumerate() {
            matrix.rows[position / width] -= whole;
            matrix.columns[position % width] -= whole;
        }
        matrix
    }

    fn raise_largest_remainders(&mut self) {
        let (height, width) = (self.rows.len(), self.columns.len());
        // Equal cells diagonal by diagonal: row by row, the first rows would use up the first columns, and most of the
        // work would be left to paths.
        let diagonal = |first: usize| (0..height).map(move |row| row * width + (first + row) % width);
        for position in by_remainder((0..width).flat_map(diagonal), self.real) {
            let (row, column) = (&mut self.rows[position / width], &mut self.columns[position % width]);
            if self.whole[position] < self.real[position].div_ceil(PERSON) && *row > 0 && *column > 0 {
                self.whole[position] += 1;
                *row -= 1;
                *column -= 1;
            }
        }
    }

    /// Moves units along one shortest path from a row that lacks some to a column that does: up in one cell, down in
    /// the next. False when there is no such path; then no other matrix in this room lacks less (Ford and Fulkerson).
    fn improve(&mut self, room: Room) -> bool {
        let Some(path) = self.path(room) else { return false };
        let width = self.columns.len();
        let (row, column) = (path[path.len() - 1] / width, path[0] % width);
        let mut amount = self.rows[row].min(self.columns[column]);
        for (place, &cell) in path.iter().enumerate() {
            let (least, most) = room.of(self.real[cell]);
            amount = amount.min(if place % 2 == 0 { most - self.whole[cell] } else { self.whole[cell] - least });
        }
        for (place, &cell) in path.iter().enumerate() {
            self.whole[cell] = if place % 2 == 0 { self.whole[cell] + amount } else { self.whole[cell] - amount };
        }
        self.rows[row] -= amount;
        self.columns[column] -= amount;
        true
    }

    /// The cells of such a path from its end to its start, by breadth-first search.
    fn path(&self, room: Room) -> Option<Vec<usize>> {
        let (height, width) = (self.rows.len(), self.columns.len());
        // How each was reached: a column by the cell that rises, a row by the cell that falls.
        let (mut rising, mut falling) = (vec![None; width], vec![None; height]);
        let mut seen: Vec<bool> = self.rows.iter().map(|lack| *lack > 0).collect();
        let mut waiting: VecDeque<usize> = (0..height).filter(|&row| seen[row]).collect();
        while let Some(row) = waiting.pop_front() {
            for column in 0..width {
                let cell = row * width + column;
                if rising[column].is_some() || self.whole[cell] >= room.of(self.real[cell]).1 {
                    continue;
                }
                rising[column] = Some(cell);
                if self.columns[column] > 0 {
                    return Some(walk_back(cell, &rising, &falling));
                }
                for next in 0..height {
                    let cell = next * width + column;
                    if !seen[next] && self.whole[cell] > room.of(self.real[cell]).0 {
                        seen[next] = true;
                        falling[next] = Some(cell);
                        waiting.push_back(next);
                    }
                }
            }
        }
        None
    }
}

fn walk_back(end: usize, rising: &[Option<usize>], falling: &[Option<usize>]) -> Vec<usize> {
    let width = rising.len();
    let mut path = vec![end];
    let mut row = end / width;
    // A path meets no cell twice, because each row and column is reached once.
    while let Some(falls) = falling[row] {
        let rises = rising[falls % width].expect("a row is reached through a column that was reached");
        path.extend([falls, rises]);
        row = rises / width;
    }
    path
}
