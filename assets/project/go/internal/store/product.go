package store

import (
	"fmt"
	"strings"
	"time"
)

// Product is one row of the table that the Laravel migration makes.
type Product struct {
	ID        uint64     `json:"id"`
	Name      string     `json:"name"`
	Price     Price      `json:"price"`
	Stock     uint32     `json:"stock"`
	CreatedAt *time.Time `json:"created_at"`
}

// Price is a DECIMAL as the database wrote it ("15000.00"). Money that goes through a float64 comes out changed
// sooner or later, so the digits stay digits.
type Price string

// MarshalJSON writes the price as a JSON number without needless zeros: 15000, 0.5.
func (p Price) MarshalJSON() ([]byte, error) {
	text := string(p)
	whole, fraction, hasPoint := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	if !digits(whole) || (hasPoint && !digits(fraction)) {
		return nil, fmt.Errorf("%q is not a decimal number", text)
	}
	if hasPoint {
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return []byte(text), nil
}

func digits(text string) bool {
	for _, character := range text {
		if character < '0' || character > '9' {
			return false
		}
	}
	return text != ""
}
