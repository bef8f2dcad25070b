package api

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"threebody/products/internal/jsonlog"
	"threebody/products/internal/store"
)

// recorder remembers what was answered, for the log.
type recorder struct {
	http.ResponseWriter
	code  int
	bytes int
}

func (r *recorder) WriteHeader(code int) {
	if r.code == 0 {
		r.code = code
	}
	r.ResponseWriter.WriteHeader(code)
}

func (r *recorder) Write(text []byte) (int, error) {
	if r.code == 0 {
		r.code = http.StatusOK
	}
	written, err := r.ResponseWriter.Write(text)
	r.bytes += written
	return written, err
}

// Unwrap lets http.ResponseController reach the real writer.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// logged writes one line a request. Green probes come every few seconds and would bury everything else.
func (a *API) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		recorded := &recorder{ResponseWriter: w}
		next.ServeHTTP(recorded, r)
		probe := r.URL.Path == "/healthz" || r.URL.Path == "/readyz"
		if probe && recorded.code == http.StatusOK {
			return
		}
		fields := jsonlog.Fields{
			"method":      r.Method,
			"path":        r.URL.Path,
			"status":      recorded.code,
			"bytes":       recorded.bytes,
			"duration_ms": float64(time.Since(started).Microseconds()) / 1000,
			"remote":      r.RemoteAddr,
		}
		if recorded.code >= http.StatusInternalServerError {
			a.log.Error("request", fields)
			return
		}
		a.log.Info("request", fields)
	})
}

// guarded turns a panic into an answer and a line in the log; net/http would just drop the connection.
func (a *API) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if cause := recover(); cause != nil {
				a.log.Error("panic", jsonlog.Fields{"detail": fmt.Sprint(cause), "stack": string(debug.Stack())})
				a.answer(w, http.StatusInternalServerError, failure{store.Problem{
					Reason: "internal", Message: "Something broke; the log says what.",
				}})
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// readOnly refuses everything that would change something: this API has nothing to change.
func (a *API) readOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			a.answer(w, http.StatusMethodNotAllowed, failure{store.Problem{
				Reason: "method-not-allowed", Message: "Only GET is answered here.",
			}})
			return
		}
		next.ServeHTTP(w, r)
	})
}
