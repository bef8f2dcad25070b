package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"threebody/products/internal/store"
)

// config is everything that differs between two places where the program runs.
type config struct {
	address  string
	drain    time.Duration
	database store.Settings
}

// readConfig takes the settings from the environment and names all that is missing at once.
func readConfig(value func(name string) string) (config, error) {
	var missing []string
	required := func(name string) string {
		text := value(name)
		if text == "" {
			missing = append(missing, name)
		}
		return text
	}
	or := func(name, otherwise string) string {
		if text := value(name); text != "" {
			return text
		}
		return otherwise
	}
	read := config{
		address: or("LISTEN_ADDRESS", ":8080"),
		database: store.Settings{
			Host:     required("DB_HOST"),
			Port:     or("DB_PORT", "3306"),
			Database: required("DB_DATABASE"),
			Username: required("DB_USERNAME"),
			Password: required("DB_PASSWORD"),
		},
	}
	if len(missing) > 0 {
		return config{}, fmt.Errorf("not set: %s (in the cluster they come from the Secret app-secrets)",
			strings.Join(missing, ", "))
	}
	if port, err := strconv.ParseUint(read.database.Port, 10, 16); err != nil || port == 0 {
		return config{}, fmt.Errorf("DB_PORT must be a port number from 1 to 65535, not %q", read.database.Port)
	}
	seconds, err := strconv.ParseUint(or("DRAIN_SECONDS", "3"), 10, 8)
	if err != nil {
		return config{}, fmt.Errorf("DRAIN_SECONDS must be a whole number from 0 to 255, not %q", value("DRAIN_SECONDS"))
	}
	read.drain = time.Duration(seconds) * time.Second
	return read, nil
}
