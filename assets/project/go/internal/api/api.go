// Package api answers HTTP: products for people, health for the kubelet.
package api

import (
	"context"
	"encoding/json"
	"net/http"
	"sync/atomic"
	"time"

	"threebody/products/internal/jsonlog"
	"threebody/products/internal/store"
)

// queryTime is how long a request waits for the database. It is shorter than the server's WriteTimeout, so that a
// slow database is told as such and not as a broken connection.
const queryTime = 4 * time.Second

// readyTime is shorter still: the kubelet stops listening after 4 seconds, and then the reason would be lost.
const readyTime = 3 * time.Second

// Catalog is what the API needs of the database.
type Catalog interface {
	Ready(ctx context.Context) error
	Products(ctx context.Context) ([]store.Product, error)
}

// API holds the handlers and whether the program is about to stop.
type API struct {
	catalog  Catalog
	log      *jsonlog.Logger
	draining atomic.Bool
}

// New returns the API over a catalog.
func New(catalog Catalog, log *jsonlog.Logger) *API {
	return &API{catalog: catalog, log: log}
}

// Drain makes /readyz red, so that Kubernetes sends no more requests here while the ones under way are finished.
func (a *API) Drain() { a.draining.Store(true) }

// Handler returns all routes, logged and guarded against panics.
func (a *API) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", a.health)
	mux.HandleFunc("/readyz", a.ready)
	mux.HandleFunc("/api/products", a.products)
	mux.HandleFunc("/", a.unknown)
	return a.logged(a.guarded(a.readOnly(mux)))
}

type status struct {
	Status string `json:"status"`
}

type unready struct {
	Status string `json:"status"`
	store.Problem
}

type listing struct {
	Source string          `json:"source"`
	Data   []store.Product `json:"data"`
}

type failure struct {
	Error store.Problem `json:"error"`
}

// health says that the process lives. It does not ask the database: restarting this Pod mends no database.
func (a *API) health(w http.ResponseWriter, _ *http.Request) {
	a.answer(w, http.StatusOK, status{"ok"})
}

func (a *API) ready(w http.ResponseWriter, r *http.Request) {
	if a.draining.Load() {
		a.answer(w, http.StatusServiceUnavailable, unready{"unready", store.Problem{
			Reason: "stopping", Message: "This instance is about to stop.",
		}})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyTime)
	defer cancel()
	if err := a.catalog.Ready(ctx); err != nil {
		problem := store.Explain(err)
		a.log.Error("database is not ready", jsonlog.Fields{"reason": problem.Reason, "detail": err.Error()})
		a.answer(w, http.StatusServiceUnavailable, unready{"unready", problem})
		return
	}
	a.answer(w, http.StatusOK, status{"ready"})
}

func (a *API) products(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), queryTime)
	defer cancel()
	products, err := a.catalog.Products(ctx)
	if err != nil {
		problem := store.Explain(err)
		a.log.Error("products cannot be read", jsonlog.Fields{"reason": problem.Reason, "detail": err.Error()})
		a.answer(w, http.StatusServiceUnavailable, failure{problem})
		return
	}
	a.answer(w, http.StatusOK, listing{Source: "go", Data: products})
}

func (a *API) unknown(w http.ResponseWriter, _ *http.Request) {
	a.answer(w, http.StatusNotFound, failure{store.Problem{
		Reason: "not-found", Message: "There is nothing here. Try /api/products.",
	}})
}

func (a *API) answer(w http.ResponseWriter, code int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		a.log.Error("the answer cannot be written as JSON", jsonlog.Fields{"detail": err.Error()})
		code = http.StatusInternalServerError
		text = []byte(`{"error":{"reason":"internal","message":"The answer could not be written; the log says why."}}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	if _, err := w.Write(append(text, '\n')); err != nil {
		a.log.Error("the answer did not reach the client", jsonlog.Fields{"detail": err.Error()})
	}
}
