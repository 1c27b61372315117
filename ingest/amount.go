package ingest

import "strings"

// minorDigits are the digits behind the point of currencies that have not two of them (ISO 4217); -1: none is defined.
var minorDigits = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0, "UYI": 0,
	"VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
	"CLF": 4, "UYW": 4,
	"XAG": -1, "XAU": -1, "XBA": -1, "XBB": -1, "XBC": -1, "XBD": -1, "XDR": -1, "XPD": -1, "XPT": -1, "XSU": -1, "XTS": -1,
	"XUA": -1, "XXX": -1,
}

// amount is a price as its currency is written: 24.9 EUR is 24.90, 500.0 JPY is 500. No digit but zeros comes or goes,
// and what is no plain number or has no currency's code stays as it was written.
func amount(price, currency string) string {
	digits, ok := digitsOf(currency)
	whole, fraction, pointed := strings.Cut(price, ".")
	if !ok || !isDigits(strings.TrimPrefix(whole, "-")) || pointed && !isDigits(fraction) {
		return price
	}
	for len(fraction) > digits && fraction[len(fraction)-1] == '0' {
		fraction = fraction[:len(fraction)-1]
	}
	fraction += strings.Repeat("0", max(digits-len(fraction), 0))
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}

// digitsOf is how many digits a currency has behind the point; false for what is no currency's code.
func digitsOf(currency string) (int, bool) {
	code := strings.ToUpper(currency)
	if len(code) != 3 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return 0, false
	}
	if digits, known := minorDigits[code]; known {
		return digits, digits >= 0
	}
	return 2, true
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
