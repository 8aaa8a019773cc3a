package lang_test

import (
	"testing"

	"buffet/lang"
)

func TestMonth(t *testing.T) {
	for word, want := range map[string]int{"januar": 1, "jan.": 1, "maerz": 3, "march": 3, "mai": 5, "may": 5, "sept": 9, "okt.": 10, "dezember": 12, "dec": 12,
		"": 0, ".": 0, "de": 0, "märz": 0, "mais": 0} {
		if got := lang.Month(word); got != want {
			t.Errorf("%q is month %d, want %d", word, got, want)
		}
	}
}
