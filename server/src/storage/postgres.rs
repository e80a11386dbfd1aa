use sqlx::AnyPool;

use super::transaction::number;

/// Whether the role may begin a new segment of the write-ahead log and have the old ones removed: `pg_switch_wal`, and CHECKPOINT, for
/// which there is a role from PostgreSQL 15 on.
pub(super) async fn removes_wal(pool: &AnyPool) -> Result<bool, sqlx::Error> {
    let sql = "SELECT COUNT(*) AS allowed FROM pg_roles WHERE rolname = 'pg_checkpoint' AND pg_has_role(oid, 'USAGE') \
               AND has_function_privilege('pg_switch_wal()', 'EXECUTE')";
    let row = sqlx::query(sql).fetch_one(pool).await?;
    Ok(number(&row, "allowed").is_ok_and(|allowed| allowed == 1))
}
