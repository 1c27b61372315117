package embedding

import (
	"fmt"
	"math"
	"strconv"
)

// DefaultColor is the chat's where nobody has set one (ref. 7.1).
const DefaultColor = "#0084FF"

const (
	white = "#FFFFFF"
	// Dark is what is written in on colours on which white could not be read.
	Dark = "#111111"

	// EnoughContrast is that of text which is easily read, and EnoughShape that of a shape which is easily seen (WCAG 2.2,
	// 1.4.3 and 1.4.11).
	EnoughContrast = 4.5
	EnoughShape    = 3.0
)

// Contrast is the ratio of contrast between two colours, each # and six hexadecimal digits, as the Web Content
// Accessibility Guidelines reckon it: from 1 to 21; 0 where one of them is no colour.
func Contrast(a, b string) float64 {
	la, oka := luminance(a)
	lb, okb := luminance(b)
	if !oka || !okb {
		return 0
	}
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(color string) (light float64, ok bool) {
	if len(color) != 7 || color[0] != '#' {
		return 0, false
	}
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(color[1+2*i:3+2*i], 16, 8)
		if err != nil {
			return 0, false
		}
		part := float64(n) / 255
		if part <= 0.04045 {
			part /= 12.92
		} else {
			part = math.Pow((part+0.055)/1.055, 2.4)
		}
		light += weight * part
	}
	return light, true
}

// Reading is how words are read on a colour.
type Reading struct {
	Ratio float64 // of white words on it
	Ink   string  // what words on it are written in: white, or Dark where white could not be read
	Says  string  // the same in a sentence
	Poor  bool    // a darker colour would be better
}

// Read says how words are read on a colour, # and six hexadecimal digits.
func Read(color string) Reading {
	r := Reading{Ratio: Contrast(color, white), Ink: white}
	ratio := fmt.Sprintf("%.1f to 1", r.Ratio)
	switch {
	case r.Ratio >= EnoughContrast:
		r.Says = "contrast " + ratio + ": white words on it are easily read"
	case r.Ratio >= EnoughShape:
		r.Poor = true
		r.Says = "contrast " + ratio + ": white icon; the chat makes the colour darker under white words, which want 4.5 to 1"
	default:
		r.Poor, r.Ink = true, Dark
		r.Says = "contrast " + ratio + ": white can't be read on it, so words and icon turn dark; a darker colour is better"
	}
	return r
}
