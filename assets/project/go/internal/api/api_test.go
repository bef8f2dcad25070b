package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"threebody/products/internal/jsonlog"
	"threebody/products/internal/store"
)

type catalog struct {
	products []store.Product
	err      error
	panics   bool
}

func (c catalog) Ready(context.Context) error { return c.err }

func (c catalog) Products(context.Context) ([]store.Product, error) {
	if c.panics {
		panic("torn page")
	}
	return c.products, c.err
}

type answered struct {
	code int
	head http.Header
	body string
	log  string
}

func ask(t *testing.T, c catalog, method, path string, prepare ...func(*API)) answered {
	t.Helper()
	var log bytes.Buffer
	api := New(c, jsonlog.New(&log))
	for _, one := range prepare {
		one(api)
	}
	writer := httptest.NewRecorder()
	api.Handler().ServeHTTP(writer, httptest.NewRequest(method, path, nil))
	return answered{writer.Code, writer.Header(), strings.TrimSpace(writer.Body.String()), log.String()}
}

func TestProductsHaveTheAgreedForm(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	got := ask(t, catalog{products: []store.Product{
		{ID: 1, Name: "Kopi <Gayo>", Price: "15000.00", Stock: 3, CreatedAt: &at},
		{ID: 2, Name: "Teh", Price: "0.50", Stock: 0},
	}}, http.MethodGet, "/api/products")
	if got.code != http.StatusOK || !strings.HasPrefix(got.head.Get("Content-Type"), "application/json") {
		t.Fatalf("got %d %v", got.code, got.head)
	}
	var body struct {
		Source string
		Data   []map[string]any
	}
	if err := json.Unmarshal([]byte(got.body), &body); err != nil {
		t.Fatal(err)
	}
	if body.Source != "go" || len(body.Data) != 2 {
		t.Fatalf("got %s", got.body)
	}
	first, second := body.Data[0], body.Data[1]
	if first["id"] != 1.0 || first["name"] != "Kopi <Gayo>" || first["price"] != 15000.0 || first["stock"] != 3.0 ||
		first["created_at"] != "2026-01-02T03:04:05Z" || second["created_at"] != nil {
		t.Fatalf("got %s", got.body)
	}
	if !strings.Contains(got.log, `"path":"/api/products"`) || !strings.Contains(got.log, `"status":200`) {
		t.Fatalf("log %s", got.log)
	}
}

func TestAnEmptyTableIsAnEmptyList(t *testing.T) {
	got := ask(t, catalog{products: []store.Product{}}, http.MethodGet, "/api/products")
	if got.body != `{"source":"go","data":[]}` {
		t.Fatalf("got %s", got.body)
	}
}

func TestAliveWithoutADatabaseButNotReady(t *testing.T) {
	refused := catalog{err: &mysql.MySQLError{Number: 1045, Message: "Access denied for user 'secretive'"}}
	if got := ask(t, refused, http.MethodGet, "/healthz"); got.code != http.StatusOK {
		t.Fatalf("health: %d %s", got.code, got.body)
	}
	got := ask(t, refused, http.MethodGet, "/readyz")
	if got.code != http.StatusServiceUnavailable || !strings.Contains(got.body, `"reason":"access-denied"`) {
		t.Fatalf("ready: %d %s", got.code, got.body)
	}
	if strings.Contains(got.body, "secretive") || !strings.Contains(got.log, "secretive") {
		t.Fatalf("the detail belongs into the log, not into the answer: %s / %s", got.body, got.log)
	}
	if got := ask(t, refused, http.MethodGet, "/api/products"); got.code != http.StatusServiceUnavailable {
		t.Fatalf("products: %d %s", got.code, got.body)
	}
}

func TestReadyIsQuietAndRedWhileStopping(t *testing.T) {
	if got := ask(t, catalog{}, http.MethodGet, "/readyz"); got.code != http.StatusOK || got.log != "" {
		t.Fatalf("got %d, log %q", got.code, got.log)
	}
	got := ask(t, catalog{}, http.MethodGet, "/readyz", (*API).Drain)
	if got.code != http.StatusServiceUnavailable || !strings.Contains(got.body, `"reason":"stopping"`) {
		t.Fatalf("got %d %s", got.code, got.body)
	}
}

func TestWhatIsNotThereAndWhatIsNotAllowed(t *testing.T) {
	if got := ask(t, catalog{}, http.MethodGet, "/api/users"); got.code != http.StatusNotFound ||
		!json.Valid([]byte(got.body)) {
		t.Fatalf("got %d %s", got.code, got.body)
	}
	got := ask(t, catalog{}, http.MethodDelete, "/api/products")
	if got.code != http.StatusMethodNotAllowed || got.head.Get("Allow") != "GET, HEAD" {
		t.Fatalf("got %d %v", got.code, got.head)
	}
}

func TestAPanicIsAnsweredAndLogged(t *testing.T) {
	got := ask(t, catalog{panics: true}, http.MethodGet, "/api/products")
	if got.code != http.StatusInternalServerError || strings.Contains(got.body, "torn page") ||
		!strings.Contains(got.log, "torn page") {
		t.Fatalf("got %d %s / %s", got.code, got.body, got.log)
	}
}

func TestAPriceThatIsNoNumberIsNoHalfAnswer(t *testing.T) {
	got := ask(t, catalog{products: []store.Product{{ID: 1, Price: "much"}}}, http.MethodGet, "/api/products")
	if got.code != http.StatusInternalServerError || !json.Valid([]byte(got.body)) {
		t.Fatalf("got %d %s", got.code, got.body)
	}
}

func TestAnUnknownErrorIsNotShown(t *testing.T) {
	got := ask(t, catalog{err: errors.New("dial tcp 10.9.8.7:3306: odd")}, http.MethodGet, "/api/products")
	if strings.Contains(got.body, "10.9.8.7") || !strings.Contains(got.log, "10.9.8.7") {
		t.Fatalf("got %s / %s", got.body, got.log)
	}
}
