package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"net"

	"github.com/go-sql-driver/mysql"
)

// Problem says why the database does not serve, in words that are safe to show to anybody who can reach the port:
// no host, no user name, no password. The same reasons are used by the Laravel API.
type Problem struct {
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

// byNumber are the server's own error numbers that have a cause of their own
// (https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html).
var byNumber = map[uint16]Problem{
	1040: {"too-many-connections", "The database has no free connection."},
	1044: {"access-denied", "The database user has no right on DB_DATABASE: grant it."},
	1045: {"access-denied", "The database refused DB_USERNAME or DB_PASSWORD."},
	1049: {"unknown-database", "The database server has no database named as in DB_DATABASE."},
	1146: {"missing-table", "The table products does not exist yet: run the migration."},
	1203: {"too-many-connections", "The database user has no free connection."},
	1698: {"access-denied", "The database refused DB_USERNAME: this user may not log in with a password."},
}

// Explain sorts an error of the driver into a Problem.
func Explain(err error) Problem {
	var refused *mysql.MySQLError
	if errors.As(err, &refused) {
		if known, ok := byNumber[refused.Number]; ok {
			return known
		}
		return Problem{"database-error", "The database answered with an error; the log has it."}
	}
	var unknownHost *net.DNSError
	if errors.As(err, &unknownHost) && !unknownHost.IsTimeout {
		return Problem{"unknown-host", "The name in DB_HOST cannot be resolved."}
	}
	var network net.Error
	if errors.Is(err, context.DeadlineExceeded) || (errors.As(err, &network) && network.Timeout()) {
		return Problem{"timeout", "The database did not answer in time."}
	}
	if errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn) {
		return Problem{"unreachable", "Nothing answers at DB_HOST and DB_PORT."}
	}
	return Problem{"unknown", "The database cannot be used; the log says why."}
}
