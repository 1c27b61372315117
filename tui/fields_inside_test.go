package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"frontdesk/store"
)

// TestNamesOfProductsAreNotCut wants every word of a long product's name to be read, at any width.
func TestNamesOfProductsAreNotCut(t *testing.T) {
	t.Parallel()
	m := &Model{theme: newTheme(look{})}
	const name, value = "The Salt Ledger, a history of trade in four parts (hardback)", "2 × 24.90 EUR"
	for _, w := range []int{20, 36, 60, 100} {
		lines := m.drawFields([]store.Detail{{Name: name, Value: value}, {Name: "Pen", Value: "1"}, {Value: name}}, w)
		var left, right []string
		for _, line := range lines {
			line = ansi.Strip(line)
			if m.ruler.width(line) > w {
				t.Errorf("at %d columns a line is %d wide: %q", w, m.ruler.width(line), line)
			}
			words, figure, _ := strings.Cut(line, "   ")
			left, right = append(left, strings.TrimSpace(words)), append(right, strings.TrimSpace(figure))
		}
		said := strings.Join(strings.Fields(strings.Join(left, " ")), " ")
		if w >= 36 && said != name+" Pen ▪ "+name {
			t.Errorf("at %d columns the names are %q", w, said)
		}
		if got := strings.Join(strings.Fields(strings.Join(right, " ")), " "); w >= 36 && got != value+" 1" {
			t.Errorf("at %d columns the values are %q", w, got)
		}
		if strings.Contains(strings.Join(lines, ""), "…") {
			t.Errorf("at %d columns something is cut: %q", w, lines)
		}
	}
}
