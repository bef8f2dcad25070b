// Command products is the Go API of the lab: it lists the products that the Laravel migration put into MySQL.
package main

import (
	"context"
	"errors"
	stdlog "log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"threebody/products/internal/api"
	"threebody/products/internal/jsonlog"
	"threebody/products/internal/store"
)

// finishTime is how long requests under way may still take after the drain. Both together stay below the Pod's
// terminationGracePeriodSeconds, after which Kubernetes kills.
const finishTime = 10 * time.Second

func main() {
	log := jsonlog.New(os.Stdout)
	if err := run(log); err != nil {
		log.Error("cannot go on", jsonlog.Fields{"detail": err.Error()})
		os.Exit(1)
	}
}

func run(log *jsonlog.Logger) error {
	settings, err := readConfig(os.Getenv)
	if err != nil {
		return err
	}
	products, err := store.Open(settings.database, log)
	if err != nil {
		return err
	}
	defer products.Close()
	listener, err := net.Listen("tcp", settings.address)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	handlers := api.New(products, log)
	log.Info("listening", jsonlog.Fields{"address": listener.Addr().String()})
	return serve(ctx, listener, handlers.Handler(), func() {
		log.Info("stopping", jsonlog.Fields{"drain_seconds": settings.drain.Seconds()})
		handlers.Drain()
		// A second signal ends the program at once.
		stop()
		time.Sleep(settings.drain)
	}, log)
}

// serve answers until ctx ends, then calls drain, lets requests under way finish, and returns.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, drain func(), log *jsonlog.Logger) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      15 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          stdlog.New(log, "", 0),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	drain()
	ending, cancel := context.WithTimeout(context.Background(), finishTime)
	defer cancel()
	if err := server.Shutdown(ending); err != nil {
		return err
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	log.Info("stopped", nil)
	return nil
}
