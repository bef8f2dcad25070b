package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"threebody/products/internal/jsonlog"
)

func environment(pairs map[string]string) func(string) string {
	return func(name string) string { return pairs[name] }
}

func complete() map[string]string {
	return map[string]string{"DB_HOST": "mysql", "DB_DATABASE": "threebody", "DB_USERNAME": "lab", "DB_PASSWORD": "x"}
}

func TestConfigHasTheUsualDefaults(t *testing.T) {
	got, err := readConfig(environment(complete()))
	if err != nil {
		t.Fatal(err)
	}
	if got.address != ":8080" || got.database.Port != "3306" || got.drain != 3*time.Second {
		t.Fatalf("got %+v", got)
	}
}

func TestConfigNamesAllThatIsMissingAndNoSecret(t *testing.T) {
	_, err := readConfig(environment(map[string]string{"DB_HOST": "mysql", "DB_PASSWORD": "s3cret"}))
	if err == nil || !strings.Contains(err.Error(), "DB_DATABASE, DB_USERNAME") || strings.Contains(err.Error(), "s3cret") {
		t.Fatalf("got %v", err)
	}
}

func TestConfigRefusesWhatIsNoNumber(t *testing.T) {
	for name, value := range map[string]string{"DB_PORT": "tcp://10.96.0.7:3306", "DRAIN_SECONDS": "soon"} {
		pairs := complete()
		pairs[name] = value
		if _, err := readConfig(environment(pairs)); err == nil || !strings.Contains(err.Error(), name) {
			t.Fatalf("%s=%s: got %v", name, value, err)
		}
	}
}

func TestARequestUnderWayIsFinishedBeforeTheEnd(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	begun, drained := make(chan struct{}), make(chan struct{})
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(begun)
		<-drained
		_, _ = io.WriteString(w, "whole")
	})
	ctx, cancel := context.WithCancel(context.Background())
	var log bytes.Buffer
	ended := make(chan error, 1)
	go func() {
		ended <- serve(ctx, listener, handler, func() { close(drained) }, jsonlog.New(&log))
	}()
	answer := make(chan string, 1)
	go func() {
		response, err := http.Get("http://" + listener.Addr().String())
		if err != nil {
			answer <- err.Error()
			return
		}
		defer response.Body.Close()
		text, _ := io.ReadAll(response.Body)
		answer <- string(text)
	}()
	<-begun
	cancel()
	if got := <-answer; got != "whole" {
		t.Fatalf("got %q", got)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if _, err := net.DialTimeout("tcp", listener.Addr().String(), time.Second); err == nil {
		t.Fatal("still listening")
	}
}
