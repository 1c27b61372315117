package ingest_test

import (
	"fmt"
	"testing"

	"frontdesk/ingest"
	"frontdesk/store"
)

// TestPricesAsTheirCurrencyIsWritten wants a price to have the digits of its currency, and nothing to be made up.
func TestPricesAsTheirCurrencyIsWritten(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ price, currency, want string }{
		{"24.9", "EUR", "24.90 EUR"},
		{"24", "usd", "24.00 usd"},
		{"24.900", "EUR", "24.90 EUR"},
		{"24.999", "EUR", "24.999 EUR"},
		{"-3.5", "EUR", "-3.50 EUR"},
		{"500", "JPY", "500 JPY"},
		{"500.0", "JPY", "500 JPY"},
		{"500.5", "KRW", "500.5 KRW"},
		{"1.5", "KWD", "1.500 KWD"},
		{"1", "CLF", "1.0000 CLF"},
		{"0.5", "XAU", "0.5 XAU"},
		{"24.9", "", "24.9"},
		{"24.9", "euros", "24.9 euros"},
		{"24.9", "€", "24.9 €"},
		{"2.49e1", "EUR", "2.49e1 EUR"},
		{"24,9", "EUR", "24,9 EUR"},
		{"24.", "EUR", "24. EUR"},
		{".9", "EUR", ".9 EUR"},
		{"on request", "EUR", "on request EUR"},
		{"", "EUR", ""},
	} {
		body := fmt.Sprintf(`{"object":"page","entry":[{"id":"1","time":2,"messaging":[{"sender":{"id":"7"},"recipient":{"id":"1"},`+
			`"timestamp":2,"order":{"products":[{"name":"Pen","unit_price":%q,"currency":%q}]}}]}]}`, c.price, c.currency)
		facts := ingest.Translate(store.Record{Seq: 1, Kind: store.RecordWebhook, At: 2, Body: []byte(body)})
		if len(facts) != 1 || len(facts[0].Details) != 1 || facts[0].Details[0].Value != c.want {
			t.Errorf("%q %q came to %+v, want the price %q", c.price, c.currency, facts, c.want)
		}
	}
}
