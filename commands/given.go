package commands

import "slices"

// giving are the words whose tail is what a member gives.
func giving() []string { return []string{"frage", "ask", "erfahrung", "share"} }

// Gives tells whether what Address made of a message gives something, and is
// not for us alone.
func Gives(text string) bool {
	word, _ := split(text)
	return slices.Contains(giving(), word)
}

// Given is what a member gives with a message: all of it, or what follows the
// word if it is a command that gives something.
func Given(in Incoming) string {
	if text, _, ok := Address(in); ok {
		if word, tail := split(text); slices.Contains(giving(), word) {
			return tail
		}
	}
	return withoutFallback(clean(in.Body))
}

// Spoken is what a message says to the others in its room: what is given with
// it, and nothing of what is for us alone.
func Spoken(in Incoming) string {
	text, _, ok := Address(in)
	if !ok {
		return withoutFallback(clean(in.Body))
	}
	if word, tail := split(text); slices.Contains(giving(), word) {
		return tail
	}
	return ""
}
