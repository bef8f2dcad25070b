// Package jsonlog writes one JSON object a line, which is what Loki and `kubectl logs | jq` read best.
// log/slog would do the same, but it came with Go 1.21 and this program also builds with Go 1.19.
package jsonlog

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// Fields are the values of one line besides time, level and message.
type Fields map[string]any

// Logger writes lines; it may be used by many goroutines at once.
type Logger struct {
	mutex sync.Mutex
	out   io.Writer
	now   func() time.Time
}

// New returns a logger that writes to out.
func New(out io.Writer) *Logger {
	return &Logger{out: out, now: time.Now}
}

// Info writes what went as it should.
func (l *Logger) Info(message string, fields Fields) { l.write("info", message, fields) }

// Error writes what somebody may have to look at.
func (l *Logger) Error(message string, fields Fields) { l.write("error", message, fields) }

func (l *Logger) write(level, message string, fields Fields) {
	line := make(map[string]any, len(fields)+3)
	for name, value := range fields {
		line[name] = value
	}
	line["time"] = l.now().UTC().Format(time.RFC3339Nano)
	line["level"] = level
	line["message"] = message
	text, err := json.Marshal(line)
	if err != nil {
		// A value that JSON cannot hold must not swallow the line.
		text, _ = json.Marshal(map[string]string{"level": level, "message": message, "fields": fmt.Sprint(fields)})
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	_, _ = l.out.Write(append(text, '\n'))
}

// Print lets the MySQL driver write its own complaints through this logger.
func (l *Logger) Print(values ...any) {
	l.Error("mysql driver", Fields{"detail": strings.TrimSpace(fmt.Sprintln(values...))})
}

// Write lets a standard *log.Logger, as http.Server wants one, write through this logger.
func (l *Logger) Write(text []byte) (int, error) {
	l.Error("http server", Fields{"detail": strings.TrimSpace(string(text))})
	return len(text), nil
}
