// Package store reads products from MySQL. It never writes: tables and rows are the Laravel migration's business.
package store

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"time"

	"github.com/go-sql-driver/mysql"
)

// Settings say where the database is and who we are there.
type Settings struct {
	Host     string
	Port     string
	Database string
	Username string
	Password string
}

// Store is a pool of connections.
type Store struct {
	pool *sql.DB
}

// Open prepares the pool. It does not connect: a database that is down makes /readyz red, not the program crash, so
// that the Pod waits for MySQL instead of restarting in a loop.
func Open(settings Settings, log mysql.Logger) (*Store, error) {
	if err := mysql.SetLogger(log); err != nil {
		return nil, fmt.Errorf("set the driver's logger: %w", err)
	}
	config := mysql.NewConfig()
	config.User = settings.Username
	config.Passwd = settings.Password
	config.Net = "tcp"
	config.Addr = net.JoinHostPort(settings.Host, settings.Port)
	config.DBName = settings.Database
	config.ParseTime = true
	config.Loc = time.UTC
	// TIMESTAMP columns are sent in the session's time zone, whatever the server's is.
	config.Params = map[string]string{"time_zone": "'+00:00'"}
	config.Timeout = 2 * time.Second
	config.ReadTimeout = 5 * time.Second
	config.WriteTimeout = 5 * time.Second
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, fmt.Errorf("database settings: %w", err)
	}
	pool := sql.OpenDB(connector)
	// MySQL allows 151 connections by default, and Laravel and people with a shell need some of them.
	pool.SetMaxOpenConns(10)
	pool.SetMaxIdleConns(5)
	pool.SetConnMaxIdleTime(time.Minute)
	pool.SetConnMaxLifetime(5 * time.Minute)
	return &Store{pool: pool}, nil
}

// Ready tells whether the database accepts our name and password and answers.
func (s *Store) Ready(ctx context.Context) error {
	return s.pool.PingContext(ctx)
}

// Products returns all products in the order of their ids.
func (s *Store) Products(ctx context.Context) ([]Product, error) {
	rows, err := s.pool.QueryContext(ctx, "SELECT id, name, price, stock, created_at FROM products ORDER BY id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	products := []Product{}
	for rows.Next() {
		var one Product
		var created sql.NullTime
		if err := rows.Scan(&one.ID, &one.Name, &one.Price, &one.Stock, &created); err != nil {
			return nil, err
		}
		if created.Valid {
			at := created.Time.UTC()
			one.CreatedAt = &at
		}
		products = append(products, one)
	}
	return products, rows.Err()
}

// Close gives all connections back.
func (s *Store) Close() error {
	return s.pool.Close()
}
