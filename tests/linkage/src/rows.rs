use std::collections::HashMap;

use undersign_tests::tables::Tables;

use crate::disks::Engine;
use crate::side::Side;

/// A table whose rows are one person's each. Rows of `outbox` and `tries` are called by random ids, and nobody's sealed mail stays.
struct Table {
    side: Side,
    name: &'static str,
    /// What is the person's: a column or a part of one.
    key: &'static str,
    columns: &'static [&'static str],
}

const TABLES: [Table; 6] = [
    Table {
        side: Side::Identified,
        name: "issuance",
        key: "petition_tag",
        columns: &["petition_id", "petition_tag", "request_hash"],
    },
    Table {
        side: Side::Identified,
        name: "confirmation",
        key: "request_digest",
        columns: &["request_digest", "sealed_tag"],
    },
    Table { side: Side::Anonymous, name: "nonce", key: "nonce", columns: &["petition_id", "nonce"] },
    Table { side: Side::Anonymous, name: "pool", key: "nonce", columns: &["petition_id", "nonce", "authenticator"] },
    Table {
        side: Side::Anonymous,
        name: "withdrawal",
        key: "nonce",
        columns: &["petition_id", "nonce", "withdrawal_key"],
    },
    // Kind and type, then the nonce.
    Table { side: Side::Anonymous, name: "log_entry", key: "substr(entry, 4, 32)", columns: &["entry"] },
];

/// A row, as its engine gives it.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its table.
    pub table: &'static str,
    /// What of it is the person's.
    pub key: Vec<u8>,
    /// Rows that the engine gives before it, where no order is asked for.
    pub before: u64,
    /// Number of the transaction that wrote it, where rows have one.
    pub transaction: Option<u64>,
    /// Its number among those of its page, where rows have one.
    pub line: Option<u64>,
    /// Bytes.
    pub size: u64,
}

/// Every row of a side that is a person's.
pub async fn read_rows(tables: &mut Tables, engine: Engine, side: Side) -> Vec<Row> {
    let mut rows = Vec::new();
    for table in TABLES.iter().filter(|table| table.side == side) {
        let size = table.columns.iter().map(|column| format!("length({column})")).collect::<Vec<_>>().join(" + ");
        let (name, key) = (table.name, table.key);
        let sql = match engine {
            Engine::Sqlite => format!("SELECT lower(hex({key})) || ' ' || ({size}) FROM {name}"),
            Engine::Postgres => format!(
                "SELECT encode({key}, 'hex') || ' ' || ({size}) || ' ' || xmin || ' ' || (CAST(CAST(ctid AS TEXT) AS POINT))[1] \
                 FROM {name}"
            ),
        };
        for (before, row) in (0..).zip(tables.texts(sql).await) {
            let mut words = row.split(' ');
            let key = bytes(words.next().expect("a key"));
            let mut number = || words.next().map(|word| word.parse().expect("a number"));
            let size = number().expect("a size");
            let (transaction, line) = (number(), number());
            rows.push(Row { table: name, key, before, transaction, line, size });
        }
    }
    rows
}

/// Which requests are signed for whom: petition tags by the hashes of requests.
pub async fn tags(tables: &mut Tables, engine: Engine) -> HashMap<Vec<u8>, Vec<u8>> {
    let sql = match engine {
        Engine::Sqlite => "SELECT lower(hex(request_hash)) || ' ' || lower(hex(petition_tag)) FROM issuance",
        Engine::Postgres => "SELECT encode(request_hash, 'hex') || ' ' || encode(petition_tag, 'hex') FROM issuance",
    };
    let rows = tables.texts(sql.to_owned()).await;
    let words = rows.iter().filter_map(|row| row.split_once(' '));
    words.map(|(hash, tag)| (bytes(hash), bytes(tag))).collect()
}

fn bytes(digits: &str) -> Vec<u8> {
    let digit = |digit: u8| char::from(digit).to_digit(16).expect("a hexadecimal digit") as u8;
    digits.as_bytes().chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}
