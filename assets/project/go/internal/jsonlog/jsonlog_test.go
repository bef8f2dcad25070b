package jsonlog

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func lines(t *testing.T, out *bytes.Buffer) []map[string]any {
	t.Helper()
	var all []map[string]any
	for _, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		var one map[string]any
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			t.Fatalf("not a JSON line: %q: %v", line, err)
		}
		all = append(all, one)
	}
	return all
}

func TestOneLineStaysOneLine(t *testing.T) {
	var out bytes.Buffer
	New(&out).Info("request", Fields{"path": "/a\n{\"level\":\"forged\"}"})
	got := lines(t, &out)
	if len(got) != 1 || got[0]["level"] != "info" || got[0]["message"] != "request" {
		t.Fatalf("got %v", got)
	}
}

func TestFieldsCannotReplaceTheLevel(t *testing.T) {
	var out bytes.Buffer
	New(&out).Error("broken", Fields{"level": "info", "message": "fine"})
	if got := lines(t, &out)[0]; got["level"] != "error" || got["message"] != "broken" {
		t.Fatalf("got %v", got)
	}
}

func TestAValueThatJSONCannotHoldKeepsTheLine(t *testing.T) {
	var out bytes.Buffer
	New(&out).Info("odd", Fields{"channel": make(chan int)})
	if got := lines(t, &out)[0]; got["message"] != "odd" {
		t.Fatalf("got %v", got)
	}
}

func TestTheDriverAndTheServerWriteThroughIt(t *testing.T) {
	var out bytes.Buffer
	log := New(&out)
	log.Print("packets.go:37:", "unexpected EOF")
	if _, err := log.Write([]byte("http: TLS handshake error\n")); err != nil {
		t.Fatal(err)
	}
	got := lines(t, &out)
	if got[0]["detail"] != "packets.go:37: unexpected EOF" || got[1]["detail"] != "http: TLS handshake error" {
		t.Fatalf("got %v", got)
	}
}
