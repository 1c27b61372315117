package canned

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sahilm/fuzzy"
)

// Hit is a response that a search found.
type Hit struct {
	Response Response
	// InShortcode and InTitle are the places, in bytes, of what was typed in the shortcode and in the title; either may
	// be empty.
	InShortcode []int
	InTitle     []int
}

// How well a response fits, the best last.
const (
	fitsNot   = iota
	fitsText  // the word stands in what it says
	fitsLoose // its letters, three at least, stand in the shortcode or the title in their order
	fitsIn    // it stands in the shortcode, the title or a label
	fitsWord  // it begins a word of them
	fitsStart // it begins the shortcode
	fitsWhole // it is the shortcode
)

// looseFrom is how many letters a word must have to be found with others between them: fewer stand everywhere.
const looseFrom = 3

// Search finds the responses in which every word of the query is found, in whatever case and with letters left out. Those
// it fits best come first, of equally good ones those most often used. Without a query it is all of them, by use.
func (l Library) Search(query string) []Hit {
	words := strings.Fields(strings.ToLower(query))
	type ranked struct {
		Hit
		fit, score int
	}
	var all []ranked
	for _, r := range l.Responses {
		h := ranked{Hit: Hit{Response: r}, fit: fitsWhole}
		for _, word := range words {
			fit, score := h.match(word)
			h.fit, h.score = min(h.fit, fit), h.score+score
		}
		if h.fit > fitsNot {
			all = append(all, h)
		}
	}
	slices.SortStableFunc(all, func(a, b ranked) int {
		byScore := cmp.Compare(b.score, a.score)
		if a.fit == fitsLoose && b.fit == fitsLoose && byScore != 0 {
			return byScore
		}
		return cmp.Or(cmp.Compare(b.fit, a.fit), cmp.Compare(b.Response.Uses, a.Response.Uses), byScore)
	})
	hits := make([]Hit, len(all))
	for i, h := range all {
		hits[i] = h.Hit
	}
	return hits
}

// match says how well one word fits, and notes where it stands.
func (h *Hit) match(word string) (fit, score int) {
	r := h.Response
	found := fuzzy.FindNoSort(word, []string{r.Shortcode, r.Title})
	for _, m := range found {
		score = max(score, m.Score)
		if m.Index == 0 {
			h.InShortcode = union(h.InShortcode, m.MatchedIndexes)
		} else {
			h.InTitle = union(h.InTitle, m.MatchedIndexes)
		}
	}
	switch {
	case r.Shortcode == word:
		return fitsWhole, score
	case strings.HasPrefix(r.Shortcode, word):
		return fitsStart, score
	}
	fit = fitsNot
	if len(found) > 0 && len([]rune(word)) >= looseFrom {
		fit = fitsLoose
	}
	for _, where := range append([]string{r.Shortcode, r.Title}, r.Labels...) {
		where = strings.ToLower(where)
		switch i := strings.Index(where, word); {
		case i < 0:
		case i == 0 || strings.ContainsAny(where[i-1:i], " -_") || strings.Contains(where, " "+word):
			fit = max(fit, fitsWord)
		default:
			fit = max(fit, fitsIn)
		}
	}
	if fit == fitsNot && strings.Contains(strings.ToLower(r.Text), word) {
		fit = fitsText
	}
	return fit, score
}

// union is both lists of places, sorted, each place once.
func union(a, b []int) []int {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
