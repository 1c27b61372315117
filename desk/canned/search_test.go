package canned_test

import (
	"strings"
	"testing"

	"frontdesk/desk/canned"
)

func TestSearch(t *testing.T) {
	t.Parallel()
	lib := canned.Library{Responses: []canned.Response{
		{Shortcode: "bikes", Title: "Two bikes for the city", Labels: []string{"models"}, Uses: 4},
		{Shortcode: "hours", Content: canned.Content{Text: "We are there Monday to Friday, for shipping too."}, Uses: 9},
		{Shortcode: "order", Title: "Your order is on its way", Labels: []string{"shipping"}},
		{Shortcode: "reshipping", Title: "Sent once more"},
		{Shortcode: "ship-no", Title: "To Norway", Uses: 1},
		{Shortcode: "shipping", Title: "Where we ship", Uses: 2},
	}}
	for query, want := range map[string]string{
		"":            "hours bikes shipping ship-no order reshipping",
		"  ":          "hours bikes shipping ship-no order reshipping",
		"shipping":    "shipping order reshipping hours",
		"SHIP":        "shipping ship-no order reshipping hours",
		"sh":          "shipping ship-no order reshipping hours",
		"spg":         "shipping reshipping",
		"no":          "ship-no",
		"norway":      "ship-no",
		"ship where":  "shipping",
		"where ship":  "shipping",
		"city models": "bikes",
		"monday":      "hours",
		"zebra":       "",
		"ship zebra":  "",
	} {
		var got []string
		for _, h := range lib.Search(query) {
			got = append(got, h.Response.Shortcode)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q finds %q, want %q", query, strings.Join(got, " "), want)
		}
	}
	hits := lib.Search("shp nrw")
	if len(hits) != 1 || hits[0].Response.Shortcode != "ship-no" {
		t.Fatalf("%+v", hits)
	}
	marked := func(s string, at []int) string {
		var b strings.Builder
		for _, i := range at {
			b.WriteByte(s[i])
		}
		return b.String()
	}
	if got := marked(hits[0].Response.Shortcode, hits[0].InShortcode); got != "shp" {
		t.Errorf("marked in the shortcode: %q", got)
	}
	if got := marked(hits[0].Response.Title, hits[0].InTitle); got != "Nrw" {
		t.Errorf("marked in the title: %q", got)
	}
}
