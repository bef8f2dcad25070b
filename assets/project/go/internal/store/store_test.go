package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
)

type silent struct{}

func (silent) Print(...any) {}

func TestPriceStaysExact(t *testing.T) {
	for given, want := range map[Price]string{
		"15000.00":      "15000",
		"15000":         "15000",
		"100":           "100",
		"0.50":          "0.5",
		"0.00":          "0",
		"-2.10":         "-2.1",
		"9999999999.99": "9999999999.99",
	} {
		got, err := json.Marshal(given)
		if err != nil || string(got) != want {
			t.Errorf("%s: got %s, %v, want %s", given, got, err, want)
		}
	}
}

func TestPriceRefusesWhatIsNoNumber(t *testing.T) {
	for _, given := range []Price{"", "-", "1e5", "NaN", "1.", ".5", "1,5", "1.2.3"} {
		if got, err := json.Marshal(given); err == nil {
			t.Errorf("%q became %s", given, got)
		}
	}
}

func TestExplainNamesTheCause(t *testing.T) {
	for reason, err := range map[string]error{
		"access-denied":        &mysql.MySQLError{Number: 1045, Message: "Access denied for user 'a'@'10.0.0.1'"},
		"unknown-database":     &mysql.MySQLError{Number: 1049},
		"missing-table":        fmt.Errorf("products: %w", &mysql.MySQLError{Number: 1146}),
		"too-many-connections": &mysql.MySQLError{Number: 1040},
		"database-error":       &mysql.MySQLError{Number: 1064},
		"unknown-host":         &net.OpError{Op: "dial", Err: &net.DNSError{Name: "mysql", IsNotFound: true}},
		"unreachable":          mysql.ErrInvalidConn,
		"timeout":              context.DeadlineExceeded,
		"unknown":              errors.New("something else"),
	} {
		problem := Explain(err)
		if problem.Reason != reason {
			t.Errorf("%v: got %s, want %s", err, problem.Reason, reason)
		}
		if problem.Message == "" || strings.Contains(problem.Message, "10.0.0.1") {
			t.Errorf("%v: message %q", err, problem.Message)
		}
	}
}

func TestADatabaseThatIsDownIsUnreachableAndDoesNotStopOpen(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	store, err := Open(Settings{Host: host, Port: port, Database: "lab", Username: "lab", Password: "p@ss:/?"}, silent{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if problem := Explain(store.Ready(ctx)); problem.Reason != "unreachable" {
		t.Fatalf("got %+v", problem)
	}
	if _, err := store.Products(ctx); err == nil {
		t.Fatal("products came out of nowhere")
	}
}
