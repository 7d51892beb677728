//! SQL: connections, transactions, migrations, one module per table.
