package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"buffet/commands"
	"buffet/lang"
)

func readPage(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The tables of commands are those that the program knows.
func TestReadmeCommands(t *testing.T) {
	phrases, err := lang.Load()
	if err != nil {
		t.Fatal(err)
	}
	table, err := commands.New(phrases)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- commands -->\n", "<!-- /commands -->"
	for language, name := range map[string]string{lang.English: "README.md", lang.German: "README.de.md"} {
		_, rest, found := strings.Cut(readPage(t, name), begin)
		got, _, closed := strings.Cut(rest, end)
		if !found || !closed {
			t.Errorf("%s: want a table between %q and %q", name, begin, end)
			continue
		}
		if want := table.Reference(language); got != want {
			t.Errorf("%s: the table of commands is\n%s\nwant\n%s", name, got, want)
		}
	}
}

// The page must be read at one go.
func TestReadmeArchitecture(t *testing.T) {
	const most = 60
	if n := strings.Count(readPage(t, "ARCHITECTURE.md"), "\n"); n > most {
		t.Errorf("ARCHITECTURE.md has %d lines, want at most %d", n, most)
	}
}
