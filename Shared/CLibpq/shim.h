#pragma once
#include <libpq-fe.h>

// Swift does not import macros that are character literals.
static const int diagnosticSQLState = PG_DIAG_SQLSTATE;
static const int diagnosticPrimaryMessage = PG_DIAG_MESSAGE_PRIMARY;
static const int diagnosticConstraintName = PG_DIAG_CONSTRAINT_NAME;
static const int diagnosticTableName = PG_DIAG_TABLE_NAME;
static const int diagnosticSourceFunction = PG_DIAG_SOURCE_FUNCTION;
