package config

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestGuideNamesEverySetting holds the guide to the settings there are.
func TestGuideNamesEverySetting(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/guide/settings.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range allKeys {
		if strings.HasSuffix(key, commandSuffix) {
			continue // said once for all secrets
		}
		if row := fmt.Sprintf("| `%s` | `%s` |", Variable(key), key); !strings.Contains(string(guide), row) {
			t.Errorf("the guide has no row that begins with %s", row)
		}
	}
}
