package commands

import "testing"

func TestReadAnswer(t *testing.T) {
	for text, want := range map[string]struct {
		said answer
		rest string
	}{
		"ja": {saidYes, ""}, "Ja!": {saidYes, ""}, "JA, bitte": {saidYes, ""}, "ja passt so": {saidYes, ""}, "jo": {saidYes, ""}, "ok": {saidYes, ""}, "Okay 👍": {saidYes, ""},
		"yes please": {saidYes, ""}, "Yes, that is right.": {saidYes, ""}, "✅": {saidYes, ""}, "👍": {saidYes, ""}, "👍🏽": {saidYes, ""}, "✔️": {saidYes, ""}, "stimmt genau": {saidYes, ""}, "gerne": {saidYes, ""},
		"nein": {saidNo, ""}, "Nein danke": {saidNo, ""}, "nö": {saidNo, ""}, "Abbruch": {saidNo, ""}, "cancel": {saidNo, ""}, "no thanks!": {saidNo, ""}, "❌": {saidNo, ""}, "lieber nicht": {unsaid, ""},
		"ja danke dir": {saidYes, ""}, "Ja, super!": {saidYes, ""}, "ja, vielen Dank": {saidYes, ""}, "yes, go ahead": {saidYes, ""}, "Yes, that's great, thank you very much": {saidYes, ""},
		"nein, vielen Dank": {saidNo, ""}, "Nein danke dir": {saidNo, ""}, "no thank you very much": {saidNo, ""}, "ja, gut, aber später": {saidYes, "aber später"},
		"Ok, ist das gut so?": {saidYes, "ist das gut so?"}, "yes, is that right?": {saidYes, "is that right?"}, "ja?": {saidYes, ""},
		"ja, aber um 15 Uhr":     {saidYes, "aber um 15 Uhr"},
		"ja nein":                {saidYes, "nein"},
		"nein, am 4.12.":         {saidNo, "am 4.12."},
		"nein: schon zu viel":    {saidNo, "schon zu viel"},
		"nein doch ja":           {saidNo, "ja"},
		"ja, nicht":              {saidYes, "nicht"},
		"❌ passt nicht":          {saidNo, "passt nicht"},
		"jacke":                  {unsaid, ""},
		"nein!!!":                {saidNo, ""},
		"januar":                 {unsaid, ""},
		"hilfe":                  {unsaid, ""},
		"":                       {unsaid, ""},
		"?!":                     {unsaid, ""},
		"  ja\n":                 {saidYes, ""},
		"ja\ndanke":              {saidYes, ""},
		"okay, danke":            {saidYes, ""},
		"freigabe":               {unsaid, ""},
		"no: we have it already": {saidNo, "we have it already"},
	} {
		if said, rest := readAnswer(text); said != want.said || rest != want.rest {
			t.Errorf("%q: %d %q, want %d %q", text, said, rest, want.said, want.rest)
		}
	}
}
