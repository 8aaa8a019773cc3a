package commands

import "testing"

// TestMineInNetwork: somebody in two networks sees what is theirs in all of
// them, or in the one they name.
func TestMineInNetwork(t *testing.T) {
	h := newHouse(t)
	h.people(ben)
	h.say(h.as(ben, "dabei 1"))
	for text, want := range map[string]string{
		"dabei":               "Dazu bist du angemeldet:\n1 · ",
		"dabei nord":          "Dazu bist du angemeldet:\n1 · ",
		`dabei "Süd West"`:    "Du bist zu nichts angemeldet.",
		"erinnere":            "Daran erinnere ich dich:\n• Di, 24. Nov",
		"erinnere Nord":       "Daran erinnere ich dich:\n• Di, 24. Nov",
		`erinnere "süd west"`: "Du hast gerade keine Erinnerung",
	} {
		req := h.chat(ben, text)
		req.Networks = append(req.Networks, req.Networks[0])
		req.Networks[1].Name = "Süd West"
		h.expect(req, want)
	}
}
