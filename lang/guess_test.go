package lang

import "testing"

func TestGuess(t *testing.T) {
	for text, want := range map[string]string{
		"Petra fragt, ob der Fahrdienst am Dienstag noch fährt.":       German,
		"Petra asks whether the driver still comes on Tuesday.":        English,
		"Wer hat Erfahrung mit Zoom-Meetings und Break-out-Rooms?":     German,
		"We could meet in Kita Sonnenschein at ten.":                   English,
		"Fahrdienst Dienstag abgesagt":                                 "",
		"in also am so":                                                "",
		"":                                                             "",
		"Das Team Meeting ist online, the link is in the chat, bitte.": "",
	} {
		if got, _ := Guess(text); got != want {
			t.Errorf("%q is %q, not %q", text, got, want)
		}
	}
	if _, foreign := Guess("La réunion de mardi prochain est annulée, merci de prévenir tous vos collègues rapidement"); !foreign {
		t.Error("French is not foreign")
	}
	if _, foreign := Guess("Der Fahrdienst fährt am Dienstag nicht, weil das Auto in der Werkstatt steht"); foreign {
		t.Error("German is foreign")
	}
}
