//! Leases: how long a pool holds its devices while no Terraform state is known to hold the pool.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, Row};

use super::{row, seal};

/// Begins or renews the lease of a pool.
pub(super) fn put(connection: &Connection, pool: &str, until: Timestamp) -> rusqlite::Result<()> {
    let sql = "INSERT INTO lease (pool, until, seal) VALUES (?1, ?2, ?3) \
               ON CONFLICT (pool) DO UPDATE SET until = ?2, seal = ?3";
    let seal = seal::of_lease(pool, until);
    connection
        .prepare_cached(sql)?
        .execute((pool, until.to_string(), seal))?;
    Ok(())
}

/// Every lease with the pool that it is of.
pub(super) const LEASES: &str =
    "SELECT l.pool, l.until, l.seal, p.key FROM lease l LEFT JOIN pool p ON p.key = l.pool";

/// Reads a lease: one that is not as it was written, or of no pool, is damage.
pub(super) fn check(row: &Row<'_>) -> rusqlite::Result<()> {
    let (pool, until): (String, _) = (row.get(0)?, row::time(row, 1)?);
    row::sealed(row, 2, &seal::of_lease(&pool, until), || {
        format!("lease of pool `{pool}`")
    })?;
    row.get::<_, String>(3).map(drop)
}

/// Reads all leases.
pub(super) fn check_all(connection: &Connection) -> rusqlite::Result<()> {
    connection.prepare(LEASES)?.query_map([], check)?.collect()
}

/// Ends the lease of a pool: a state holds it, and what it has is its own until it is destroyed.
pub(super) fn end(connection: &Connection, pool: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM lease WHERE pool = ?1")?
        .execute([pool])?;
    Ok(())
}

/// Renews the leases that a run still has; how many there were.
pub(super) fn renew(
    connection: &Connection,
    run: &str,
    pools: &[String],
    lease: Duration,
) -> rusqlite::Result<usize> {
    let until = after(row::now(connection)?, lease);
    let sql = "SELECT count(*) FROM lease JOIN pool ON pool.key = lease.pool \
               WHERE lease.pool = ?1 AND pool.run = ?2 AND NOT pool.acknowledged";
    let mut renewed = 0;
    for pool in pools {
        let own: u32 = connection
            .prepare_cached(sql)?
            .query_row((pool, run), |row| row.get(0))?;
        if own > 0 {
            put(connection, pool, until)?;
            renewed += 1;
        }
    }
    Ok(renewed)
}

/// The end of a lease that begins at that time.
pub(super) fn after(at: Timestamp, lease: Duration) -> Timestamp {
    let lease = SignedDuration::try_from(lease).unwrap_or(SignedDuration::MAX);
    at.checked_add(lease).unwrap_or(Timestamp::MAX)
}
