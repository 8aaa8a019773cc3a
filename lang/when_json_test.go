package lang

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"
)

func TestWhenSurvivesJSON(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 10, 1, 10, 0, 0, 0, berlin)
	for _, text := range []string{"jeden Dienstag 14-15:30 Uhr bis 20.12.", "3.12. bis 5.12.", "3.12. 14 Uhr New Yorker Zeit", "morgen 9 Uhr"} {
		w, err := ReadWhen(German, text, now)
		if err != nil {
			t.Fatal(text, err)
		}
		data, err := json.Marshal(w)
		if err != nil {
			t.Fatal(err)
		}
		var got When
		if err := json.Unmarshal(data, &got); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, w) {
			t.Errorf("%s: %+v is %+v", text, w, got)
		}
		// by the calendar of its zone, over the end of summer time
		if a, b := got.Start.AddDate(0, 1, 0), w.Start.AddDate(0, 1, 0); !a.Equal(b) {
			t.Errorf("%s: a month later it is %v, not %v", text, a, b)
		}
	}
	var w When
	if err := json.Unmarshal([]byte(`{"start":"2026-12-03T14:00:00Z","zone":"Atlantis/Poseidonis"}`), &w); err == nil {
		t.Error("a zone that does not exist is taken")
	}
}
